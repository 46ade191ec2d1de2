"""The statement: the claim about one inference, as an in-toto Statement v1 in canonical JSON.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. Every number in it is an integer, so its
canonical form needs no rules for floats; time is UTC in milliseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from assay.errors import FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.envelope import STATEMENT_TYPE
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.receipts.predicate import (
    DETERMINISM,
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
                "price": self.price.to_json(),
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
        if statement.cost != statement.price.cost(statement.usage):
            raise FormatError("The statement's cost is not what its price and its usage come to.")
        return statement


def receipt_id(payload: bytes) -> str:
    """SHA-256 of the statement's canonical bytes, lower-case hex: the receipt's name everywhere."""
    return hashlib.sha256(payload).hexdigest()


def _read(value: Any) -> Statement:
    """Build from parsed JSON; the caller compares the result's own JSON with what was read."""
    predicate = value["predicate"]
    ((algorithm, digest),) = value["subject"][0]["digest"].items()
    answer, upstream = predicate["answer"], predicate["upstream"]
    statement = Statement(
        operation=_text(predicate["operation"]),
        mode=_one_of(MODES, predicate["mode"]),
        request=RequestClaim(
            body=_hex(predicate["request"]["body"]),
            fields={name: _hex(digest) for name, digest in predicate["request"]["fields"].items()},
            attachments=_attachments(predicate["request"]["attachments"]),
        ),
        answer=_answer(answer, _hex(digest)),
        model=ModelClaim(**{name: _text(member) for name, member in predicate["model"].items()}),
        upstream=UpstreamClaim(
            attempts=tuple(
                AttemptClaim(**{name: _text(member) for name, member in attempt.items()})
                for attempt in upstream["attempts"]
            ),
            operation=_text(upstream["operation"]),
            sent=_hex(upstream["sent"]),
        ),
        engine=_engine(predicate["engine"]),
        usage=Usage(
            **{name: _count(member) for name, member in predicate["usage"].items() if name != "source"},
            source=_one_of(SOURCES, predicate["usage"]["source"]),
        ),
        price=Price(**{name: _count(member) for name, member in predicate["price"].items()}),
        cost=_count(predicate["cost"]),
        payment=PaymentClaim(**{name: _text(member) for name, member in predicate["payment"].items()}),
        evidence=tuple(
            EvidenceClaim(_text(item["type"]), _hex(item["digest"]["sha256"]))
            for item in predicate["evidence"]
        ),
        nonce=_text(predicate["nonce"]),
        key=KeyCertificate.from_json(_hex(predicate["node"]), predicate["key"]),
        issued_at=read_time(predicate["issued_at"]),
    )
    if algorithm != statement.answer.algorithm:
        raise ValueError(algorithm)
    return statement


def _answer(value: Any, digest: str) -> AnswerClaim:
    """A stream has an id and no attachments; a whole answer has no chunks."""
    claim = AnswerClaim(
        digest=digest,
        outcome=Outcome(value["outcome"]),
        stream=_text(value["stream"]),
        chunks=_count(value["chunks"]),
        attachments=_attachments(value["attachments"]),
    )
    if claim.stream:
        _hex(claim.stream)
    if claim.attachments if claim.stream else claim.chunks:
        raise ValueError(value)
    return claim


def _engine(value: Any) -> EngineClaim:
    claim = EngineClaim(**{name: _text(member) for name, member in value.items()})
    _one_of(DETERMINISM, claim.determinism)
    _hex(claim.settings)
    return claim


def _attachments(items: Any) -> tuple[AttachmentClaim, ...]:
    return tuple(
        AttachmentClaim(_text(item["pointer"]), _hex(item["commitment"]), _flag(item["inline"]))
        for item in items
    )


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(value)
    return value


def _one_of(allowed: Collection[str], value: Any) -> str:
    if _text(value) not in allowed:
        raise ValueError(value)
    return str(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise TypeError(value)
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError(value)
    return value


def _hex(value: Any) -> str:
    if bytes.fromhex(_text(value)).hex() != value or len(value) != 64:
        raise ValueError(value)
    return str(value)
