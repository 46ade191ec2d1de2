"""A small assay office for tests: issues receipts with everything a bundle can hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.node_key import NodeKey
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.engines.tlog.log import Log
from assay.trust.envelope import Envelope
from assay.trust.evidence import collection
from assay.trust.evidence.collection import Collection
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.commitment import Opening, OpeningSecret
from assay.trust.receipts.content import (
    ANSWER,
    REQUEST,
    SENT,
    STREAM,
    attachment_label,
    claim_body,
    claim_request,
    claim_stream,
    field_label,
    stream_id,
)
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
from assay.trust.receipts.stream import StreamWitness
from assay.trust.transparency.note import NoteSigner

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECRET = OpeningSecret(bytes(range(32)))

REQUEST_BODY = orjson.dumps(
    {
        "model": "gpt-test",
        "temperature": 0.7,
        "seed": 7,
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is in this picture? 🎨"},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                ],
            },
        ],
    }
)
ANSWER_BODY = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "model": "gpt-test-2026",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "A signature."}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3},
    }
)
CHUNKS = [b'data: {"n":%d}\n\n' % n for n in range(5)] + [b"data: [DONE]\n\n"]


@dataclass
class Office:
    """A node's identity, the key of its boot, its enclave and log in one directory."""

    identity: NodeKey
    key: BootKey
    enclave: SimulatedEnclave
    log: Log
    signer: NoteSigner

    @classmethod
    def open(cls, directory: Path) -> Office:
        signer = NoteSigner("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
        identity = NodeKey.open(directory / "node")
        return cls(
            identity,
            BootKey(identity, lambda: NOW),
            SimulatedEnclave.open(directory / "enclave", clock=lambda: NOW - timedelta(minutes=1)),
            Log.open(directory / "log", origin=signer.name, signer=signer),
            signer,
        )

    def policy(self, **changes: Any) -> Policy:
        base = Policy(
            nodes=frozenset({self.identity.public_key.hex()}),
            anchors=(self.enclave.anchor(),),
            logs=(self.signer.verifier,),
            nonce="n-1",
        )
        return replace(base, **changes)

    def evidence(self, key: bytes | None = None) -> bytes:
        """The evidence file of the node, or of another one with this key."""
        named = Collection((), key or self.key.public_key)
        return replace(named, parts=self.enclave.evidence(named.bound, b"")).to_bytes()

    def statement(self, answer: AnswerClaim | None = None, **changes: Any) -> Statement:
        request = claim_request(SECRET, REQUEST_BODY, orjson.loads(REQUEST_BODY))
        usage = Usage(input_tokens=12, output_tokens=3)
        price = Price(input=2_000_000, output=8_000_000)
        statement = Statement(
            operation="chat.completions",
            request=request,
            answer=answer or claim_body(SECRET, ANSWER_BODY, orjson.loads(ANSWER_BODY), Outcome.COMPLETED),
            model=ModelClaim("gpt-test", "gpt-test-2026", "scripted", "chatcmpl-1"),
            upstream=UpstreamClaim(
                (
                    AttemptClaim("first", "gpt-test", "http_429"),
                    AttemptClaim("scripted", "gpt-test", "answered"),
                ),
                "chat.completions",
                SECRET.commit(SENT, REQUEST_BODY),
            ),
            engine=EngineClaim("scripted", "1", "none", hashlib.sha256(b"{}").hexdigest()),
            usage=usage,
            price=price,
            price_table="55" * 32,
            cost=price.cost(usage),
            payment=PaymentClaim("account", "c2VhbGVk", MICRO_USD, price.cost(usage)),
            evidence=(),
            nonce="n-1",
            key=self.key.certificate(NOW),
            issued_at=NOW,
        )
        return replace(statement, **changes)

    def bundle(self, answer: AnswerClaim | None = None, content: bytes = ANSWER_BODY) -> Bundle:
        """A complete bundle: content, salts, evidence and log proof."""
        document = self.evidence()
        digest = hashlib.sha256(document).hexdigest()
        return self.seal(
            self.statement(answer, evidence=(EvidenceClaim(collection.TYPE, digest),)),
            {digest: document},
            content,
        )

    def stream_bundle(self) -> Bundle:
        witness = StreamWitness(SECRET.salt(ANSWER))
        for chunk in CHUNKS:
            witness.add(chunk)
        stream = stream_id(SECRET, "n-1", REQUEST_BODY)
        return self.bundle(claim_stream(witness, stream, Outcome.COMPLETED), b"".join(CHUNKS))

    def seal(self, statement: Statement, evidence: dict[str, bytes], content: bytes = ANSWER_BODY) -> Bundle:
        receipt = Envelope.sign(statement.to_bytes(), self.key.key_id, self.key.sign).to_bytes()
        index = self.log.append(receipt)
        self.log.integrate()
        return Bundle(
            receipt=receipt,
            opening=full_opening(statement),
            request=REQUEST_BODY,
            answer=content,
            proof=self.log.prove(index),
            evidence=evidence,
        )


def full_opening(statement: Statement) -> Opening:
    labels = [
        REQUEST,
        ANSWER,
        SENT,
        *((STREAM,) if statement.answer.stream else ()),
        *map(field_label, statement.request.fields),
        *(attachment_label(REQUEST, a.pointer) for a in statement.request.attachments),
        *(attachment_label(ANSWER, a.pointer) for a in statement.answer.attachments),
    ]
    return Opening({label: SECRET.salt(label) for label in labels})
