"""One question and its answer, judged: the rules of the client, free of any I/O.

ask with a fresh nonce -> receive bytes and a receipt -> verify all of it -> only then hand it on
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from assay.apps.client.refused import AnswerRefused
from assay.apps.client.verified import Receipt, Verified
from assay.engines.inference.operation import Operation
from assay.errors import FormatError
from assay.trust.evidence.judge import Judge
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.commitment import Opening, OpeningSecret
from assay.trust.receipts.content import (
    ANSWER,
    REQUEST,
    SENT,
    STREAM,
    attachment_label,
    field_label,
    stream_id,
)
from assay.trust.receipts.delivery import Delivery, add_to_body, take_from_body
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.verify import verify
from assay.trust.verdict import Check, Status, Verdict

if TYPE_CHECKING:
    from assay.apps.client.paying.payment import Payment


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came, parsed and not yet believed."""

    answer: bytes
    """The provider's body, or the chunks of a stream one after the other."""
    delivery: Delivery
    statement: Statement


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked, and under which policy the answer will be judged."""

    operation: Operation
    request: bytes
    """The exact bytes of the request's body."""
    nonce: str
    policy: Policy
    refusal: type[AnswerRefused] = AnswerRefused
    """The class to refuse with; SDKs let through only errors of their own family."""
    payment: Payment | None = None
    """What was signed for it, which the receipt may charge and nothing else."""

    def is_answered_by(self, stream: str, secret: OpeningSecret) -> bool:
        """Whether a stream of this id answers this very request, and is no replay of an earlier one."""
        return stream == stream_id(secret, self.nonce, self.request)

    def read_body(self, body: bytes, receipt_id: str | None) -> Received:
        """Take a JSON body apart; ``receipt_id`` is what the response's header names. Raises `AnswerRefused`."""
        try:
            answer, delivery = take_from_body(body)
        except FormatError as error:
            raise self.refusal.because("format", error.message) from error
        if delivery is None:
            raise self.refusal.because("receipt", "the answer came without one")
        if add_to_body(answer, delivery) != body:
            raise self.refusal.because("format", "the receipt is not written as a node writes it")
        received = self.receive(answer, delivery)
        if receipt_id is not None and receipt_id != _receipt(received).id:
            raise self.refusal.because("receipt", "the response's header names another receipt")
        return received

    def receive(self, answer: bytes, delivery: Delivery) -> Received:
        """Pair an answer with its receipt. Raises `AnswerRefused` for what is no statement."""
        return Received(answer, delivery, self.read_statement(delivery))

    def read_statement(self, delivery: Delivery) -> Statement:
        try:
            return Statement.from_bytes(delivery.receipt.payload)
        except FormatError as error:
            raise self.refusal.because("format", error.message) from error

    def conclude(
        self,
        received: Received,
        evidence: Mapping[str, bytes],
        proof: bytes | None,
        at: datetime,
        judge: Judge | None = None,
    ) -> Verified:
        """Verify the whole exchange as of ``at``; ``judge`` is the policy's, with what it remembers.

        Raises `AnswerRefused` for whatever the policy does not accept."""
        statement = received.statement
        bundle = Bundle(
            receipt=received.delivery.receipt.to_bytes(),
            opening=open_all(statement, received.delivery.opening),
            request=self.request,
            answer=received.answer,
            proof=proof,
            evidence=evidence,
        )
        verdict = self._judge(statement, verify(bundle, replace(self.policy, nonce=self.nonce), at, judge))
        if verdict.failures:
            raise self.refusal(verdict)
        return Verified(_receipt(received), bundle, verdict)

    def _judge(self, statement: Statement, verdict: Verdict) -> Verdict:
        """Add what only the caller can check: that this is what it asked for, and good enough."""
        if verdict.failures:
            return verdict
        if statement.operation != self.operation:
            wrong = Check.failed(
                "operation", f"the receipt is for {statement.operation}, not {self.operation}"
            )
            return Verdict.rejected([*verdict.checks, wrong])
        if self.payment is not None:
            paid = self.payment.check(statement)
            if paid.status is Status.FAILED:
                return Verdict.rejected([*verdict.checks, paid])
            verdict = Verdict(verdict.level, (*verdict.checks, paid))
        if not verdict.level.meets(self.policy.floor):
            low = Check.failed("level", f"{verdict.level} is below the policy's floor {self.policy.floor}")
            return Verdict(verdict.level, (*verdict.checks, low))
        return verdict


def open_all(statement: Statement, secret: OpeningSecret) -> Opening:
    """The salts of everything that ``statement`` commits to."""
    request, answer = statement.request, statement.answer
    labels = [
        REQUEST,
        ANSWER,
        SENT,
        *((STREAM,) if answer.stream else ()),
        *(field_label(name) for name in request.fields),
        *(attachment_label(REQUEST, attachment.pointer) for attachment in request.attachments),
        *(attachment_label(ANSWER, attachment.pointer) for attachment in answer.attachments),
    ]
    return Opening({label: secret.salt(label) for label in labels})


def _receipt(received: Received) -> Receipt:
    delivery = received.delivery
    return Receipt(delivery.receipt, received.statement, delivery.log_index)
