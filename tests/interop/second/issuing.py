"""A node that signs whatever it is told to: receipts made by hand from the specification, good and bad."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.interop.second.judging import Case, zipped

VECTORS_FILE = Path(__file__).parents[2] / "vectors" / "receipts.json"
VECTORS: Mapping[str, Any] = json.loads(VECTORS_FILE.read_text())
POLICY = {"nodes": [VECTORS["keys"]["node"]], "logs": [VECTORS["keys"]["log_vkey"]]}
AT = datetime(2026, 11, 24, 12, 1, tzinfo=UTC)

SIGNER = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["keys"]["key_seed"]))
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def canonical(value: Any) -> bytes:
    """RFC 8785, for what is used here: integers, and names of ASCII."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def salt(label: str) -> bytes:
    return hmac.digest(bytes.fromhex(VECTORS["secret"]), label.encode(), "sha256")


def commitment(label: str, value: bytes) -> str:
    return sha256(salt(label) + value).hexdigest()


def opening(*labels: str, disclosed: Mapping[str, bytes] | None = None) -> bytes:
    revealed = {label: base64.b64encode(value).decode() for label, value in (disclosed or {}).items()}
    return canonical({"disclosed": revealed, "salts": {label: salt(label).hex() for label in labels}})


def payload_of(receipt: bytes) -> bytes:
    return base64.b64decode(json.loads(receipt)["payload"])


def statement_of(receipt: bytes) -> dict[str, Any]:
    statement: dict[str, Any] = json.loads(payload_of(receipt))
    return statement


def labels_of(statement: Mapping[str, Any]) -> list[str]:
    request = statement["predicate"]["request"]
    pointers = [attachment["pointer"] for attachment in request["attachments"]]
    own = ["request", "answer", "stream", *(f"request/{name}" for name in request["fields"])]
    return own + [f"attachment:request{pointer}" for pointer in pointers]


def signed(payload: bytes) -> bytes:
    """A receipt over any payload at all."""
    message = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    signature = {
        "keyid": VECTORS["keys"]["key_id"],
        "sig": base64.b64encode(SIGNER.sign(message)).decode(),
    }
    encoded = base64.b64encode(payload).decode()
    return canonical({"payload": encoded, "payloadType": PAYLOAD_TYPE, "signatures": [signature]})


def published(kind: str) -> Case:
    """The bundle of a published vector, `whole` or `stream`."""
    vector, request = VECTORS[kind], VECTORS["whole"]["request"].encode()
    files = {"receipt.json": vector["receipt"].encode(), "request": request}
    if kind == "whole":
        files["opening.json"] = vector["opening"].encode()
        files["answer"] = vector["answer"].encode()
        files["inclusion.tlog-proof"] = vector["proof"].encode()
    else:
        files["opening.json"] = opening(*labels_of(statement_of(files["receipt.json"])))
        files["answer"] = b"".join(map(base64.b64decode, vector["chunks_base64"]))
    return Case(zipped(files), POLICY, AT)


@dataclass(frozen=True, slots=True)
class Attachment:
    pointer: str
    content: bytes
    inline: bool = True

    def claim(self, side: str) -> dict[str, Any]:
        claimed = commitment(f"attachment:{side}{self.pointer}", self.content)
        return {"pointer": self.pointer, "commitment": claimed, "inline": self.inline}


def issue(
    request: bytes = b'{"m":1}',
    fields: Mapping[str, bytes] | None = None,
    attachments: Sequence[Attachment] = (),
    answer: bytes | Sequence[bytes] = b"{}",
    answer_attachments: Sequence[Attachment] = (),
) -> dict[str, bytes]:
    """The files of a bundle that claims all this. An answer in chunks is a stream."""
    fields = {"m": b"1"} if fields is None else fields
    statement = statement_of(VECTORS["whole"]["receipt"].encode())
    predicate = statement["predicate"]
    predicate["request"] = {
        "body": commitment("request", request),
        "fields": {name: commitment(f"request/{name}", value) for name, value in fields.items()},
        "attachments": [attachment.claim("request") for attachment in attachments],
    }
    predicate["upstream"]["sent"] = predicate["request"]["body"]
    predicate["answer"]["attachments"] = [attachment.claim("answer") for attachment in answer_attachments]
    if isinstance(answer, bytes):
        statement["subject"][0]["digest"] = {"salted-sha256": commitment("answer", answer)}
        body = answer
    else:
        statement["subject"][0]["digest"] = {"merkle-salted-sha256": _stream_root(answer).hex()}
        stream = commitment("stream", predicate["nonce"].encode() + b"\0" + request)
        predicate["answer"] |= {"stream": stream, "chunks": len(answer)}
        body = b"".join(answer)
    answered = [f"attachment:answer{attachment.pointer}" for attachment in answer_attachments]
    receipt = signed(canonical(statement))
    salts = opening(*labels_of(statement), *answered)
    return {"receipt.json": receipt, "opening.json": salts, "request": request, "answer": body}


def _stream_root(chunks: Sequence[bytes]) -> bytes:
    entries = [salt("answer") + index.to_bytes(8, "big") + chunk for index, chunk in enumerate(chunks)]
    return tree_hash([sha256(b"\0" + entry).digest() for entry in entries])


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1 over leaf hashes, as it is written there."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256().digest()
    split = largest_power_below(len(leaves))
    return sha256(b"\1" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def largest_power_below(number: int) -> int:
    """The largest power of two smaller than ``number``, which is at least 2."""
    return 1 << (number - 1).bit_length() - 1
