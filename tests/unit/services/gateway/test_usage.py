"""What an answer consumed: the provider's word for it, whatever shape that has, or the node's count."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engines.inference.translation.test_guarded import (
    CHAT_ANSWER,
    CHAT_EVENTS,
    CHAT_USAGE,
    MESSAGE_ANSWER,
    MESSAGE_EVENTS,
    MESSAGE_USAGE,
    objects,
)

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.sse import encode
from assay.services.gateway.usage import UsageMeter, usage_of
from assay.trust.receipts.predicate import Price, Usage

Fields = dict[str, Any]

PRICE = Price(input=1_000_000, output=2_000_000, image=40_000)


@pytest.mark.parametrize(
    ("operation", "answer", "events"),
    [
        (Operation.CHAT, CHAT_ANSWER, CHAT_EVENTS),
        (Operation.MESSAGES, MESSAGE_ANSWER, MESSAGE_EVENTS),
        (Operation.IMAGES, {"data": [{"b64_json": ""}], "usage": MESSAGE_USAGE}, []),
        (Operation.EMBEDDINGS, {"data": [{"embedding": [1.0]}], "usage": CHAT_USAGE}, []),
    ],
)
def test_usage(operation: Operation, answer: Fields, events: list[Fields]) -> None:
    """What cannot be read is counted by the node; no shape of it makes a call fail."""
    for mutant in objects(answer):
        usage_of(operation, {}, mutant, 10)
    for event in events:
        for mutant in objects(event):
            meter = UsageMeter(operation, 10, PRICE, 1000, 2)
            meter.see(encode(mutant, None))
            assert meter.usage().input_tokens >= 0


def metered(events: list[Fields]) -> Usage:
    meter = UsageMeter(Operation.MESSAGES, 400, PRICE, 1000, 100)
    for event in events:
        meter.see(encode(event, event["type"]))
    return meter.usage()


def test_an_anthropic_stream_that_breaks() -> None:
    """Its first event counts one token of an answer that has not been written; that is no count of what came."""
    assert metered(MESSAGE_EVENTS[:3]) == Usage(2, 3, 1, source="node")
    assert metered(MESSAGE_EVENTS) == Usage(2, 2, 1)


def test_a_stream_that_never_says() -> None:
    assert metered(MESSAGE_EVENTS[1:3]) == Usage(100, 2, source="node")


WORD = b'data: {"choices":[{"delta":{"content":"word"}}]}\n\n'


def reporting(**usage: int) -> bytes:
    return encode({"choices": [], "usage": usage}, None)


def events_until_overspent(operation: Operation, price: Price, maximum: int, *events: bytes) -> int | None:
    """How many of ``events``, the last one again and again, are seen before no more is paid for."""
    meter = UsageMeter(operation, 404, price, maximum, 100)
    for number in range(1000):
        if meter.is_overspent:
            return number
        meter.see(events[min(number, len(events) - 1)])
    return None


@pytest.mark.parametrize(
    ("maximum", "events"), [(99, 0), (100, 1), (101, 1), (102, 2), (103, 2), (120, 11), (10_000, None)]
)
def test_the_event_that_costs_too_much_is_the_last(maximum: int, events: int | None) -> None:
    """The request was taken for 100 micro-USD, each event is worth two."""
    assert events_until_overspent(Operation.CHAT, PRICE, maximum, WORD) == events


@given(st.builds(Price, *[st.integers(0, 10**8)] * 4), st.integers(0, 10**6))
def test_it_is_overspent_as_soon_as_it_costs_more_than_is_reserved(price: Price, maximum: int) -> None:
    meter = UsageMeter(Operation.CHAT, 40, price, maximum, 10)
    for _ in range(50):
        assert meter.is_overspent == (price.cost(meter.usage()) > maximum)
        meter.see(WORD)


def test_what_is_free_goes_on_for_ever() -> None:
    assert events_until_overspent(Operation.CHAT, Price(), 0, WORD) is None


def test_what_a_provider_reports_counts_in_place_of_events() -> None:
    spent = reporting(prompt_tokens=100, completion_tokens=11)
    assert events_until_overspent(Operation.CHAT, PRICE, 120, WORD, spent) == 2
    paid = reporting(prompt_tokens=100, completion_tokens=10)
    assert events_until_overspent(Operation.CHAT, PRICE, 120, WORD, paid) is None


def test_a_request_that_was_taken_for_less_ends_no_stream() -> None:
    """It is charged as far as was reserved; but what it came to is spent before the first word."""
    dear = reporting(prompt_tokens=10**6, completion_tokens=1)
    assert events_until_overspent(Operation.CHAT, PRICE, 120, dear) is None


def test_pictures_count_when_they_are_there() -> None:
    picture = b'data: {"type": "image_generation.completed"}\n\n'
    drawn = Price(image=40_000)
    assert events_until_overspent(Operation.IMAGES, drawn, 80_000, picture) == 3
