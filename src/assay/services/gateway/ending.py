"""The end of every call: what happened becomes a receipt, and the receipt a charge.

Both kinds of answer, whole and streamed, end here, and nothing awaits in between: the receipt is in the log and the
cost is booked in one step of the event loop.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

import orjson

from assay.engines.inference.provider import EngineProfile, ProviderGarbage
from assay.engines.inference.routing import Answer
from assay.engines.tlog.errors import EntryTooLargeError
from assay.errors import AssayError, FormatError
from assay.services.gateway.addendum import Addendum
from assay.services.gateway.asked import Asked
from assay.services.gateway.metrics import MeasuredCall
from assay.services.gateway.notary import Notary
from assay.services.gateway.tracing import CallSpan
from assay.trust.canonical import canonicalize
from assay.trust.metering import Reservation
from assay.trust.receipts.commitment import SECRET_BYTES, OpeningSecret
from assay.trust.receipts.content import SENT, claim_request
from assay.trust.receipts.delivery import Delivery
from assay.trust.receipts.predicate import (
    AnswerClaim,
    EngineClaim,
    ModelClaim,
    RequestClaim,
    UpstreamClaim,
    Usage,
)

MAX_CLAIMS = 160
"""Members and attachments a request may have, so that its receipt fits a log entry of 64 KiB."""
MAX_NAMING = 16_000
"""Bytes that the names of those members, and the pointers to those attachments, may have together."""
MAX_PROVIDER_NAME = 256
"""Characters of a provider's own name for its model, or for its answer. A longer one is left out."""


class RequestTooIntricate(AssayError):
    """A receipt could not name every part of this request."""

    code = "request_too_intricate"
    hint = f"at most {MAX_CLAIMS} top-level members and attachments, with {MAX_NAMING} bytes of names, fit a receipt"


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call whose request is committed to and paid for, and whose answer is not there yet."""

    asked: Asked
    opening: OpeningSecret
    request: RequestClaim
    reservation: Reservation
    notary: Notary
    measured: MeasuredCall
    span: CallSpan
    addendum: Addendum | None

    def cost(self, usage: Usage) -> int:
        """Micro-USD that such a usage is charged: at most what is reserved."""
        return min(self.asked.price.cost(usage), self.reservation.maximum)

    def end(
        self, answer: Answer, claim: AnswerClaim, usage: Usage, response_id: str, served: str
    ) -> Delivery:
        """Notarise and charge, at most what is reserved.

        Raises the log's errors, or `ProviderGarbage`; then nothing is charged.
        """
        try:
            delivery, cost = self._notarise(answer, claim, usage, response_id, served)
        except EntryTooLargeError as error:
            raise ProviderGarbage("The answer has more attachments than a receipt can name.") from error
        self.reservation.commit(cost, delivery.log_index)
        self.measured.receipted(claim.outcome, usage)
        self.span.receipted(delivery)
        return delivery

    def _notarise(
        self, answer: Answer, claim: AnswerClaim, usage: Usage, response_id: str, served: str
    ) -> tuple[Delivery, int]:
        return self.notary.notarise(
            opening=self.opening,
            operation=self.asked.call.operation.value,
            request=self.request,
            answer=claim,
            model=ModelClaim(
                requested=self.asked.model.id,
                served=_short(served) or answer.target.model,
                provider=answer.target.provider,
                response_id=_short(response_id),
            ),
            upstream=UpstreamClaim(
                attempts=answer.attempts,
                operation=answer.operation.value,
                sent=self._sent(answer),
            ),
            engine=engine_claim(answer.profile),
            usage=usage,
            price=self.asked.price,
            reservation=self.reservation,
            nonce=self.asked.nonce,
        )

    def _sent(self, answer: Answer) -> str:
        """Commitment to what went upstream; the request's own where it went on untouched, so that all can see it."""
        if answer.sent is self.asked.call.body:
            return self.request.body
        return self.opening.commit(SENT, answer.sent)


def commit_to_request(asked: Asked) -> tuple[OpeningSecret, RequestClaim]:
    """A fresh opening secret and the commitments under it. Raises `RequestTooIntricate`."""
    opening = OpeningSecret(os.urandom(SECRET_BYTES))
    members = {} if asked.call.operation.is_form else asked.call.parsed
    try:
        claim = claim_request(opening, asked.call.body, members)
    except FormatError as error:
        raise RequestTooIntricate("The request is nested more deeply than a receipt can follow.") from error
    names = [*claim.fields, *(attachment.pointer for attachment in claim.attachments)]
    if len(names) > MAX_CLAIMS or len(orjson.dumps(names)) > MAX_NAMING:
        raise RequestTooIntricate("The request has more members and attachments than a receipt can name.")
    return opening, claim


def _short(name: str) -> str:
    return name if len(name) <= MAX_PROVIDER_NAME else ""


@lru_cache(maxsize=256)
def _settings_digest(settings: tuple[tuple[str, str | int | bool], ...]) -> str:
    return hashlib.sha256(canonicalize(dict(settings))).hexdigest()


def engine_claim(profile: EngineProfile) -> EngineClaim:
    """The profile as receipts carry it: settings by the SHA-256 of their canonical JSON."""
    digest = _settings_digest(tuple(profile.settings.items()))
    return EngineClaim(profile.name, profile.build, profile.determinism, digest)
