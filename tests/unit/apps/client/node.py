"""A node in a test: it answers with whatever it is told to, and signs for it with the real trust functions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.trust.envelope import Envelope, key_id
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.receipts.commitment import OpeningSecret
from assay.trust.receipts.content import ANSWER, SENT, claim_body, claim_request, claim_stream, stream_id
from assay.trust.receipts.delivery import Delivery, add_to_body, write_head, write_opening, write_receipt
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.predicate import (
    MICRO_USD,
    AnswerClaim,
    AttemptClaim,
    EngineClaim,
    EvidenceClaim,
    ModelClaim,
    Outcome,
    PaymentClaim,
    Price,
    UpstreamClaim,
    Usage,
)
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.stream import StreamHead, StreamWitness

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
NONCE = "0123456789abcdef"

REQUEST = orjson.dumps(
    {
        "model": "tiny",
        "messages": [{"role": "user", "content": "Name a colour."}],
        "temperature": 0.5,
    }
)
ANSWER_BODY = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "tiny",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Blue."}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
    }
)
LAST_CHUNK = b"data: [DONE]\n\n"


def text_chunk(text: str) -> bytes:
    """One event of a Chat Completions stream."""
    event = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": text}}],
    }
    return b"data: " + orjson.dumps(event) + b"\n\n"


class Node:
    """A node's identity, the key that signs for it, and everything it says about one request."""

    def __init__(self, seed: int = 1, *, evidence: Sequence[EvidenceClaim] = ()) -> None:
        self.identity = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.key = Ed25519PrivateKey.from_private_bytes(bytes([seed + 50]) * 32)
        self.public_key = self.key.public_key().public_bytes_raw()
        self.certificate = KeyCertificate.issue(
            self.identity.public_key().public_bytes_raw().hex(),
            self.public_key.hex(),
            NOW - timedelta(days=1),
            NOW + timedelta(days=1),
            self.identity.sign,
        )
        self.opening = OpeningSecret(bytes([seed + 100]) * 32)
        self.evidence = tuple(evidence)

    @property
    def policy(self) -> Policy:
        """Believes this node by name."""
        return Policy(nodes=frozenset({self.certificate.node}))

    @property
    def stream_id(self) -> str:
        """Of this node's answer to the one request."""
        return stream_id(self.opening, NONCE, REQUEST)

    def deliver(
        self, claim: AnswerClaim, *, request: bytes = REQUEST, nonce: str = NONCE, **changes: Any
    ) -> Delivery:
        statement = Statement(
            operation="chat.completions",
            request=claim_request(self.opening, request, orjson.loads(request)),
            answer=claim,
            model=ModelClaim("tiny", "tiny", "test", "chatcmpl-1"),
            upstream=UpstreamClaim(
                (AttemptClaim("test", "tiny", "answered"),),
                "chat.completions",
                self.opening.commit(SENT, request),
            ),
            engine=EngineClaim("test", "1", "none", hashlib.sha256(b"{}").hexdigest()),
            usage=Usage(9, 2),
            price=Price(1000, 2000),
            price_table="55" * 32,
            cost=1,
            payment=PaymentClaim("account", "", MICRO_USD, 1),
            evidence=self.evidence,
            nonce=nonce,
            key=self.certificate,
            issued_at=NOW,
        )
        payload = replace(statement, **changes).to_bytes()
        return Delivery(Envelope.sign(payload, key_id(self.public_key), self.key.sign), self.opening, 7)

    def body(self, answer: bytes = ANSWER_BODY, **changes: Any) -> bytes:
        """A whole answer as it travels."""
        claim = claim_body(self.opening, answer, orjson.loads(answer), Outcome.COMPLETED)
        return add_to_body(answer, self.deliver(claim, **changes))

    def stream(
        self, chunks: Sequence[bytes], *, head_every: int = 2, stream: str | None = None, **changes: Any
    ) -> list[bytes]:
        """The blocks of a streamed answer; a signed head after every ``head_every`` chunks but the last."""
        stream = self.stream_id if stream is None else stream
        witness = StreamWitness(self.opening.salt(ANSWER))
        blocks = [write_opening(stream, self.opening)]
        for number, chunk in enumerate(chunks[:-1], 1):
            witness.add(chunk)
            blocks.append(chunk)
            if number % head_every == 0:
                blocks.append(write_head(StreamHead.sign(stream, witness, self.key.sign)))
        witness.add(chunks[-1])
        delivery = self.deliver(claim_stream(witness, stream, Outcome.COMPLETED), **changes)
        return [*blocks, write_receipt(delivery), chunks[-1]]
