"""The statement: the claim about one inference, as an in-toto Statement v1 in canonical JSON.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. Every number in it is an integer, so its
canonical form needs no rules for floats; time is UTC in milliseconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from assay.errors import FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.envelope import STATEMENT_TYPE
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.members import amount, count, digest, flag, one_of, text
from assay.trust.receipts.predicate import (
    DETERMINISM,
    MICRO_USD,
    MODES,
    SOURCES,
    AnswerClaim,
    AttachmentClaim,
    AttemptClaim,
    EngineClaim,
    EvidenceClaim,
    ModelClaim,
    Outcome,
    PaymentClaim,
    Price,
    RequestClaim,
    UpstreamClaim,
    Usage,
)
from assay.trust.timestamp import read_time, write_time

PREDICATE_TYPE = "urn:assay:inference:v1"


@dataclass(frozen=True, slots=True)
class Statement:
    """One inference, as the node claims it happened."""

    operation: str
    request: RequestClaim
    answer: AnswerClaim
    model: ModelClaim
    upstream: UpstreamClaim
    engine: EngineClaim
    usage: Usage
    price: Price
    price_table: str
    """SHA-256 of the file in which the node published that price, hex; see `assay.trust.receipts.price_table`."""
    cost: int
    payment: PaymentClaim
    evidence: tuple[EvidenceClaim, ...]
    nonce: str
    key: KeyCertificate
    """The key that signs, and the word of the node that stands behind it."""
    issued_at: datetime
    mode: str = "vanilla"

    @property
    def node(self) -> str:
        """The node's identity: a raw Ed25519 public key, hex."""
        return self.key.node

    def to_json(self) -> dict[str, Any]:
        return {
            "_type": STATEMENT_TYPE,
            "predicate": {
                "answer": self.answer.to_json(),
                "cost": self.cost,
                "engine": self.engine.to_json(),
                "evidence": [item.to_json() for item in self.evidence],
                "issued_at": write_time(self.issued_at),
                "key": self.key.to_json(),
                "mode": self.mode,
                "model": self.model.to_json(),
                "node": self.node,
                "nonce": self.nonce,
                "operation": self.operation,
                "payment": self.payment.to_json(),
                "price": {**self.price.to_json(), "table": self.price_table},
                "request": self.request.to_json(),
                "upstream": self.upstream.to_json(),
                "usage": self.usage.to_json(),
            },
            "predicateType": PREDICATE_TYPE,
            "subject": [{"digest": {self.answer.algorithm: self.answer.digest}, "name": "answer"}],
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785): what is signed."""
        if all(map(str.isascii, self.request.fields)):
            # All other names are ASCII and all numbers small, which needs no second look at every one of them.
            return orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)
        return canonicalize(self.to_json())

    @classmethod
    def from_bytes(cls, data: bytes) -> Statement:
        """Parse canonical JSON strictly: every member present, of its type, and no other. Raises `FormatError`."""
        value = parse_canonical(data)
        try:
            statement = _read(value)
            exact = orjson.dumps(statement.to_json(), option=orjson.OPT_SORT_KEYS) == orjson.dumps(
                value, option=orjson.OPT_SORT_KEYS
            )
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"This is not a statement of type {PREDICATE_TYPE}.") from error
        if not exact:
            raise FormatError("The statement has members or values that its type does not know.")
        if not statement._cost_is_due():
            raise FormatError("The statement's cost is not what its price and its usage come to.")
        return statement

    def _cost_is_due(self) -> bool:
        if self.payment.asset == MICRO_USD and self.payment.amount != self.cost:
            return False
        due = self.price.cost(self.usage)
        return self.cost < due if self.payment.capped else self.cost == due


def receipt_id(payload: bytes) -> str:
    """SHA-256 of the statement's canonical bytes, lower-case hex: the receipt's name everywhere."""
    return hashlib.sha256(payload).hexdigest()


def _read(value: Any) -> Statement:
    """Build from parsed JSON; the caller compares the result's own JSON with what was read."""
    predicate = value["predicate"]
    ((algorithm, answer_digest),) = value["subject"][0]["digest"].items()
    answer, upstream = predicate["answer"], predicate["upstream"]
    statement = Statement(
        operation=text(predicate["operation"]),
        mode=one_of(MODES, predicate["mode"]),
        request=RequestClaim(
            body=digest(predicate["request"]["body"]),
            fields={name: digest(member) for name, member in predicate["request"]["fields"].items()},
            attachments=_attachments(predicate["request"]["attachments"]),
        ),
        answer=_answer(answer, digest(answer_digest)),
        model=ModelClaim(**{name: text(member) for name, member in predicate["model"].items()}),
        upstream=UpstreamClaim(
            attempts=tuple(
                AttemptClaim(**{name: text(member) for name, member in attempt.items()})
                for attempt in upstream["attempts"]
            ),
            operation=text(upstream["operation"]),
            sent=digest(upstream["sent"]),
        ),
        engine=_engine(predicate["engine"]),
        usage=Usage(
            **{name: count(member) for name, member in predicate["usage"].items() if name != "source"},
            source=one_of(SOURCES, predicate["usage"]["source"]),
        ),
        price=Price(
            **{name: count(member) for name, member in predicate["price"].items() if name != "table"}
        ),
        price_table=digest(predicate["price"]["table"]),
        cost=count(predicate["cost"]),
        payment=_payment(predicate["payment"]),
        evidence=tuple(
            EvidenceClaim(text(item["type"]), digest(item["digest"]["sha256"]))
            for item in predicate["evidence"]
        ),
        nonce=text(predicate["nonce"]),
        key=KeyCertificate.from_json(digest(predicate["node"]), predicate["key"]),
        issued_at=read_time(predicate["issued_at"]),
    )
    if algorithm != statement.answer.algorithm:
        raise ValueError(algorithm)
    return statement


def _answer(value: Any, answer_digest: str) -> AnswerClaim:
    """A stream has an id and no attachments; a whole answer has no chunks."""
    claim = AnswerClaim(
        digest=answer_digest,
        outcome=Outcome(value["outcome"]),
        stream=text(value["stream"]),
        chunks=count(value["chunks"]),
        attachments=_attachments(value["attachments"]),
    )
    if claim.stream:
        digest(claim.stream)
    if claim.attachments if claim.stream else claim.chunks:
        raise ValueError(value)
    return claim


def _engine(value: Any) -> EngineClaim:
    claim = EngineClaim(**{name: text(member) for name, member in value.items()})
    one_of(DETERMINISM, claim.determinism)
    digest(claim.settings)
    return claim


def _payment(value: Any) -> PaymentClaim:
    return PaymentClaim(
        rail=text(value["rail"]),
        reference=text(value["reference"]),
        asset=text(value["asset"]),
        amount=amount(value["amount"]),
        capped=flag(value["capped"]),
    )


def _attachments(items: Any) -> tuple[AttachmentClaim, ...]:
    return tuple(
        AttachmentClaim(text(item["pointer"]), digest(item["commitment"]), flag(item["inline"]))
        for item in items
    )
