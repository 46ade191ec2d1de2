"""Write `receipts.json`: `python -m tests.vectors.make`. Everything in it follows from fixed seeds.

The file is for other implementations; `tests/unit/trust/receipts/test_vectors.py` holds this one to it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from assay.trust.canonical import canonicalize
from assay.trust.envelope import Envelope, key_id
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.keys.revocation import Revocation
from assay.trust.keys.succession import Succession
from assay.trust.receipts.commitment import Opening, OpeningSecret
from assay.trust.receipts.content import (
    ANSWER,
    REQUEST,
    SENT,
    attachment_label,
    claim_body,
    claim_request,
    claim_stream,
    stream_id,
)
from assay.trust.receipts.delivery import Delivery, add_to_body, write_head, write_opening, write_receipt
from assay.trust.receipts.eip712 import typed_data
from assay.trust.receipts.predicate import (
    MICRO_USD,
    AnswerClaim,
    AttemptClaim,
    EngineClaim,
    ModelClaim,
    Outcome,
    PaymentClaim,
    Price,
    UpstreamClaim,
    Usage,
)
from assay.trust.receipts.price_table import ListedPrice, PriceTable
from assay.trust.receipts.rate import Rate
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.receipts.stream import StreamHead, StreamWitness
from assay.trust.transparency.checkpoint import Checkpoint
from assay.trust.transparency.merkle import leaf_hash
from assay.trust.transparency.note import NoteSigner
from assay.trust.transparency.proof import LogProof

FILE = Path(__file__).with_name("receipts.json")

NODE = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
KEY = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)
SUCCESSOR = Ed25519PrivateKey.from_private_bytes(bytes([4]) * 32)
LOG = NoteSigner("vectors.example/log", Ed25519PrivateKey.from_private_bytes(bytes([2]) * 32))
SECRET = OpeningSecret(bytes(range(32)))
NONCE = "vector-nonce"
LATER = datetime(2026, 11, 25, tzinfo=UTC)
PRICE = Price(2_000_000, 8_000_000, 500_000)
RATE = Rate(
    "eip155:31337/erc20:0x00000000000000000000000000000000000A55A7",
    161_234,
    "¿a qué precio?",
    datetime(2026, 11, 24, 11, 59, tzinfo=UTC),
)
CONTRACT = "0x00000000000000000000000000000000000A55A7"

REQUEST_BODY = (
    b'{"model":"gpt-test","temperature":0.70,"seed":9223372036854775807,"messages":[{"role":"user","content":['
    b'{"type":"text","text":"\\u00bfQu\\u00e9 es esto? \xf0\x9f\x8e\xa8"},'
    b'{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}'
)
ANSWER_BODY = (
    b'{"id":"chatcmpl-1","model":"gpt-test-2026","choices":[{"index":0,"message":{"role":"assistant",'
    b'"content":"Una firma."},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3}}'
)
CHUNKS = [
    b'data: {"id":"chatcmpl-1","choices":[{"delta":{"content":"Una"}}]}\n\n',
    b'data: {"id":"chatcmpl-1","choices":[{"delta":{"content":" firma."}}]}\r\n\r\n',
    b": keep-alive\n\n",
    b"data: [DONE]\n\n",
]
STREAM_ID = stream_id(SECRET, NONCE, REQUEST_BODY)
CANONICAL = [
    '{"b":1,"a":[true,null,"\\u00e9"]}',
    "[1.0,-0.0,1e21,1e-7,0.1,123456789012345680000,9223372036854775807]",
    '{"\\ufb33":1,"\\ud83d\\ude00":2}',
    '"\\u0007\\b\\t\\n\\f\\r\\"\\\\\\/\\u007f"',
]


def make() -> dict[str, Any]:
    return {
        "spec": "docs/spec/receipt.md",
        "keys": {
            "node_seed": (bytes([1]) * 32).hex(),
            "node": _raw(NODE).hex(),
            "key_seed": (bytes([3]) * 32).hex(),
            "key": _raw(KEY).hex(),
            "key_id": key_id(_raw(KEY)),
            "log_vkey": LOG.verifier.vkey,
        },
        "canonical": [
            {"json": text, "canonical": canonicalize(orjson.loads(text)).decode()} for text in CANONICAL
        ],
        "revocation": _notice(_revocation()),
        "succession": _notice(_succession()),
        "prices": _notice(_prices()) | {"sha256": sha256(_prices()).hexdigest(), "charges": list(_charges())},
        "secret": SECRET.secret.hex(),
        "whole": _whole(),
        "stream": _stream(),
    }


def _whole() -> dict[str, Any]:
    answer = claim_body(SECRET, ANSWER_BODY, orjson.loads(ANSWER_BODY), Outcome.COMPLETED)
    statement = _statement(answer)
    envelope = _seal(statement)
    labels = [
        REQUEST,
        ANSWER,
        SENT,
        *(f"{REQUEST}/{name}" for name in statement.request.fields),
        *(attachment_label(REQUEST, item.pointer) for item in statement.request.attachments),
    ]
    salts = {label: SECRET.salt(label) for label in labels}
    twin = typed_data(statement, chain_id=31337, contract=CONTRACT)
    signable = encode_typed_data(full_message=twin)
    return {
        "request": REQUEST_BODY.decode(),
        "answer": ANSWER_BODY.decode(),
        "salts": {label: salt.hex() for label, salt in salts.items()},
        "payload": statement.to_bytes().decode(),
        "receipt_id": receipt_id(statement.to_bytes()),
        "receipt": envelope.to_bytes().decode(),
        "delivered": add_to_body(ANSWER_BODY, Delivery(envelope, SECRET, 0)).decode(),
        "opening": Opening(salts).to_bytes().decode(),
        "proof": _proof(envelope).decode(),
        "eip712": {
            "typed_data": twin,
            "digest": "0x" + keccak(b"\x19" + signable.version + signable.header + signable.body).hex(),
        },
    }


def _stream() -> dict[str, Any]:
    witness, roots = StreamWitness(SECRET.salt(ANSWER)), []
    for chunk in CHUNKS[:-1]:
        witness.add(chunk)
        roots.append(witness.root())
    head = StreamHead.sign(STREAM_ID, witness, KEY.sign)
    witness.add(CHUNKS[-1])
    roots.append(witness.root())
    statement = _statement(claim_stream(witness, STREAM_ID, Outcome.COMPLETED))
    envelope = _seal(statement)
    sent = [
        write_opening(STREAM_ID, SECRET),
        *CHUNKS[:-1],
        write_head(head),
        write_receipt(Delivery(envelope, SECRET, 1)),
        CHUNKS[-1],
    ]
    return {
        "chunks_base64": [base64.b64encode(chunk).decode() for chunk in CHUNKS],
        "roots": roots,
        "delivered_base64": base64.b64encode(b"".join(sent)).decode(),
        "receipt_id": receipt_id(statement.to_bytes()),
        "receipt": envelope.to_bytes().decode(),
    }


def _statement(answer: AnswerClaim) -> Statement:
    usage = Usage(input_tokens=12, output_tokens=3, cached_input_tokens=4)
    return Statement(
        operation="chat.completions",
        request=claim_request(SECRET, REQUEST_BODY, orjson.loads(REQUEST_BODY)),
        answer=answer,
        model=ModelClaim("gpt-test", "gpt-test-2026", "example", "chatcmpl-1"),
        upstream=UpstreamClaim(
            (AttemptClaim("other", "gpt-test", "http_429"), AttemptClaim("example", "gpt-test", "answered")),
            "chat.completions",
            SECRET.commit(SENT, REQUEST_BODY),
        ),
        engine=EngineClaim("openai", "hosted", "none", "44" * 32),
        usage=usage,
        price=PRICE,
        price_table=sha256(_prices()).hexdigest(),
        cost=PRICE.cost(usage),
        payment=PaymentClaim("account", "b3BhcXVl", MICRO_USD, PRICE.cost(usage)),
        evidence=(),
        nonce=NONCE,
        key=CERTIFICATE,
        issued_at=datetime(2026, 11, 24, 12, 0, 0, 5000, UTC),
    )


def _seal(statement: Statement) -> Envelope:
    return Envelope.sign(statement.to_bytes(), key_id(_raw(KEY)), KEY.sign)


def _proof(envelope: Envelope) -> bytes:
    """The entry alone in its log: its leaf is the root."""
    checkpoint = Checkpoint(LOG.name, 1, leaf_hash(envelope.to_bytes()))
    return LogProof(0, (), checkpoint.sign(LOG).encode()).encode()


def _revocation() -> bytes:
    """Of the key of every receipt here: the log held the first before, and not the second."""
    return Revocation.issue(
        node=_raw(NODE).hex(),
        key=_raw(KEY).hex(),
        log=LOG.name,
        size=1,
        at=LATER,
        reason="¿Perdida?",
        sign=NODE.sign,
    ).to_bytes()


def _succession() -> bytes:
    return Succession(_raw(NODE).hex(), _raw(SUCCESSOR).hex(), LATER).sign(NODE.sign, SUCCESSOR.sign)


def _prices() -> bytes:
    """The receipts' own model under two names, and one whose price nobody dated."""
    prices = {
        "gpt-test": ListedPrice(
            PRICE, "https://example.org/prices", date(2026, 11, 20), ("example/gpt-test",)
        ),
        "painter": ListedPrice(Price(image=40_000), "¿quién sabe?"),
    }
    return PriceTable(_raw(NODE).hex(), prices, RATE).sign(NODE.sign)


def _charges() -> Iterator[dict[str, Any]]:
    """Costs, what was charged for them by which rail, and whether that follows from the table's rate."""
    due = RATE.units(7)
    for rail, asset, amount, holds in (
        ("account", MICRO_USD, 7, True),
        ("upto", RATE.asset, due, True),
        ("upto", RATE.asset, due + 1, False),
        ("upto", RATE.asset.replace("31337", "1"), due, False),
        ("exact", RATE.asset, due, True),
        ("exact", RATE.asset, due + 1, True),
        ("exact", RATE.asset, due - 1, False),
    ):
        yield {"cost": 7, "payment": PaymentClaim(rail, "", asset, amount).to_json(), "holds": holds}


def _notice(file: bytes) -> dict[str, Any]:
    return {"claim": orjson.loads(base64.b64decode(orjson.loads(file)["payload"])), "file": file.decode()}


def _raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


CERTIFICATE = KeyCertificate.issue(
    _raw(NODE).hex(),
    _raw(KEY).hex(),
    datetime(2026, 11, 24, tzinfo=UTC),
    datetime(2026, 12, 1, tzinfo=UTC),
    NODE.sign,
)


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=1, ensure_ascii=True) + "\n")
