"""What an answer consumed: the provider's word for it, whatever shape that has, or the node's count."""

from __future__ import annotations

from typing import Any

import pytest
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
from assay.trust.receipts.predicate import Usage

Fields = dict[str, Any]


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
            meter = UsageMeter(operation, 10)
            meter.see(encode(mutant, None))
            assert meter.usage().input_tokens >= 0


def metered(events: list[Fields]) -> Usage:
    meter = UsageMeter(Operation.MESSAGES, 400)
    for event in events:
        meter.see(encode(event, event["type"]))
    return meter.usage()


def test_an_anthropic_stream_that_breaks() -> None:
    """Its first event counts one token of an answer that has not been written; that is no count of what came."""
    assert metered(MESSAGE_EVENTS[:3]) == Usage(2, 3, 1, source="node")
    assert metered(MESSAGE_EVENTS) == Usage(2, 2, 1)


def test_a_stream_that_never_says() -> None:
    assert metered(MESSAGE_EVENTS[1:3]) == Usage(100, 2, source="node")
