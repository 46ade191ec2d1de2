"""Whole answers: what verifies is handed on, and any change is refused by the check it fails."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from functools import partial

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.apps.client.node import ANSWER_BODY, NONCE, NOW, REQUEST, Node

from assay.apps.client.exchange import Exchange
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.verified import Verified
from assay.engines.inference.operation import Operation
from assay.errors import VerificationError
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.delivery import add_to_body, take_from_body
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.verify import verify_file
from assay.trust.verdict import Level

NODE = Node()
BODY = NODE.body()
LOG_INDEX = BODY.index(b'"index":7') + len(b'"index":')
"""The one byte that nothing signs: where the receipt will be found is shown by a log proof, not by a signature."""


def judge(
    body: bytes = BODY,
    *,
    request: bytes = REQUEST,
    nonce: str = NONCE,
    policy: Policy = NODE.policy,
    operation: Operation = Operation.CHAT,
    header: str | None = None,
    at: timedelta = timedelta(seconds=1),
) -> Verified:
    exchange = Exchange(operation, request, nonce, policy)
    return exchange.conclude(exchange.read_body(body, header), {}, None, NOW + at)


def test_an_untouched_answer_verifies() -> None:
    verified = judge(header=hashlib.sha256(take_receipt(BODY)).hexdigest())
    assert verified.verdict.level is Level.SIGNED
    assert verified.bundle.answer == ANSWER_BODY
    assert verified.receipt.statement.nonce == NONCE


def test_its_bundle_verifies_again_from_a_file() -> None:
    bundle = judge().bundle
    again = verify_file(bundle.to_bytes(), NODE.policy, NOW)
    assert again.level is Level.SIGNED
    assert [check.name for check in again.checks if check.status == "passed"] == [
        "format",
        "signature",
        "opening",
        "freshness",
    ]
    assert Bundle.from_bytes(bundle.to_bytes()) == bundle


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(BODY) - 1).filter(lambda at: at != LOG_INDEX), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, flip: int) -> None:
    changed = BODY[:at] + bytes([BODY[at] ^ flip]) + BODY[at + 1 :]
    with pytest.raises(AnswerRefused) as refused:
        judge(changed)
    assert refused.value.check in {"format", "receipt", "signature", "opening", "nonce", "freshness"}
    assert refused.value.verdict.failures


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(BODY) - 1))
def test_any_cut_is_refused(length: int) -> None:
    with pytest.raises(AnswerRefused):
        judge(BODY[:length])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(REQUEST) - 1), st.integers(1, 255))
def test_a_receipt_for_another_request_is_refused(at: int, flip: int) -> None:
    asked = REQUEST[:at] + bytes([REQUEST[at] ^ flip]) + REQUEST[at + 1 :]
    with pytest.raises(AnswerRefused) as refused:
        judge(request=asked)
    assert refused.value.check == "opening"


def test_the_first_failing_check_is_named() -> None:
    answer, delivery = take_from_body(BODY)
    assert delivery is not None
    repainted = add_to_body(answer.replace(b"Blue.", b"Red.."), delivery)
    cases = {
        "receipt": partial(judge, answer),
        "nonce": partial(judge, nonce="another"),
        "operation": partial(judge, operation=Operation.RESPONSES),
        "opening": partial(judge, repainted),
        "level": partial(judge, policy=Policy()),
    }
    for check, judging in cases.items():
        with pytest.raises(VerificationError) as refused:
            judging()
        assert isinstance(refused.value, AnswerRefused)
        assert (refused.value.check, refused.value.code) == (check, "verification_failed")


def test_a_header_that_names_another_receipt_is_refused() -> None:
    with pytest.raises(AnswerRefused, match="another receipt"):
        judge(header="00" * 32)


def test_another_nodes_key_is_not_enough() -> None:
    with pytest.raises(AnswerRefused, match="UNVERIFIED is below"):
        judge(Node(2).body())


def test_a_level_below_the_floor_is_refused() -> None:
    with pytest.raises(AnswerRefused) as refused:
        judge(policy=replace(NODE.policy, floor=Level.ATTESTED))
    assert (refused.value.check, refused.value.verdict.level) == ("level", Level.SIGNED)


def test_a_receipt_from_the_future_is_refused() -> None:
    with pytest.raises(AnswerRefused) as refused:
        judge(at=timedelta(minutes=-10))
    assert refused.value.check == "freshness"


def test_a_refusal_quotes_neither_question_nor_answer() -> None:
    with pytest.raises(AnswerRefused) as refused:
        judge(BODY.replace(b"Blue.", b"Red.."))
    said = str(refused.value) + repr(refused.value.verdict)
    assert "colour" not in said
    assert "Red" not in said


def take_receipt(body: bytes) -> bytes:
    _, delivery = take_from_body(body)
    assert delivery is not None
    return delivery.receipt.payload


def test_a_swapped_opening_is_refused() -> None:
    value = orjson.loads(BODY)
    value["assay"]["opening"] = "00" * 32
    with pytest.raises(AnswerRefused) as refused:
        judge(orjson.dumps(value))
    assert refused.value.check == "opening"
