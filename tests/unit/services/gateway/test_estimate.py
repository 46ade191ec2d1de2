"""What is reserved: no less than the dearest answer that a caller asks for."""

from __future__ import annotations

from typing import Any

import pytest

from assay.engines.inference.operation import Operation
from assay.services.gateway.estimate import ADDED_TOKENS, DEFAULT_OUTPUT_TOKENS, FRAMING_EVENTS, estimate
from assay.trust.receipts.predicate import Price

OUTPUT = Price(output=1_000_000)
INPUT = Price(input=1_000_000)
LONG = DEFAULT_OUTPUT_TOKENS + FRAMING_EVENTS


@pytest.mark.parametrize(
    ("asked", "tokens"),
    [
        ({}, LONG),
        ({"max_tokens": 10}, 10 + FRAMING_EVENTS),
        ({"max_tokens": None}, LONG),
        ({"max_completion_tokens": 1, "max_tokens": 500}, 500 + FRAMING_EVENTS),
        ({"max_output_tokens": 7, "n": 3}, 3 * (7 + FRAMING_EVENTS)),
        ({"max_tokens": 1, "n": 2, "best_of": 5}, 5 * (1 + FRAMING_EVENTS)),
        ({"max_tokens": 1, "max_completion_tokens": "100"}, LONG),
        ({"max_tokens": -1}, LONG),
        ({"max_tokens": True}, LONG),
        ({"max_tokens": 2**60}, LONG),
        ({"n": "5"}, LONG),
    ],
)
def test_output(asked: dict[str, Any], tokens: int) -> None:
    assert estimate(OUTPUT, Operation.CHAT, asked, 0) == tokens


@pytest.mark.parametrize(
    ("prompt", "answers"), [("one", 1), (["one", "two"], 2), ([[1, 2], [3]], 2), ([1, 2, 3], 1), ([], 1)]
)
def test_a_completion_for_each_prompt(prompt: Any, answers: int) -> None:
    asked = {"prompt": prompt, "max_tokens": 10}
    assert estimate(OUTPUT, Operation.COMPLETIONS, asked, 0) == answers * (10 + FRAMING_EVENTS)


@pytest.mark.parametrize("operation", [Operation.CHAT, Operation.EMBEDDINGS, Operation.MODERATIONS])
def test_input(operation: Operation) -> None:
    assert estimate(INPUT, operation, {}, 4000) == 1000 + ADDED_TOKENS


def test_pictures() -> None:
    drawn = Price(image=40_000)
    assert estimate(drawn, Operation.IMAGES, {"n": 3}, 100) == 120_000
    assert estimate(drawn, Operation.IMAGES, {}, 100) == 40_000


def test_counting_costs_nothing() -> None:
    assert estimate(INPUT, Operation.COUNT_TOKENS, {}, 4000) == 0
