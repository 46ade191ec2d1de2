"""How a receipt travels with its answer, so that stock clients ignore it and ours find it.

JSON answers: one more member ``assay`` at the very end of the body, and an ``Assay-Receipt`` header with the id.
Streams: server-sent event *comments* (lines that begin with a colon), which every conforming reader skips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.envelope import Envelope
from assay.trust.receipts.commitment import OpeningSecret
from assay.trust.receipts.stream import StreamHead

HEADER = "assay-receipt"
"""Response header: the receipt's id."""

NONCE_HEADER = "assay-nonce"
"""Request header: the caller's nonce, 1 to 128 printable ASCII characters, signed in the receipt."""

_MEMBER = b',"assay":'
_EMPTY_MEMBER = b'"assay":'
_COMMENT = b": assay-"
_OPEN, _HEAD, _RECEIPT = b": assay-stream ", b": assay-head ", b": assay-receipt "


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the caller receives beside the answer."""

    receipt: Envelope
    opening: OpeningSecret
    log_index: int
    """Index of the receipt in the node's log; its proof follows once the log has integrated it."""

    def to_bytes(self) -> bytes:
        """Canonical JSON."""
        return b'{"log":{"index":%d,"status":"pending"},"opening":"%s","receipt":%s}' % (
            self.log_index,
            self.opening.secret.hex().encode(),
            self.receipt.to_bytes(),
        )

    @classmethod
    def from_json(cls, value: Any) -> Delivery:
        try:
            index = value["log"]["index"]
            if type(index) is not int or index < 0:
                raise ValueError(index)
            secret = OpeningSecret(bytes.fromhex(value["opening"]))
            delivery = cls(Envelope.from_json(value["receipt"]), secret, index)
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError("The answer's `assay` member is not a receipt delivery.") from error
        return delivery


def add_to_body(body: bytes, delivery: Delivery) -> bytes:
    """Put the delivery in as the last member of a JSON object's bytes, leaving all others untouched.

    ``body`` is an object without surrounding white space.
    """
    joint = _EMPTY_MEMBER if body[1:-1].isspace() or body == b"{}" else _MEMBER
    return b"%s%s%s}" % (body[:-1], joint, delivery.to_bytes())


def take_from_body(body: bytes) -> tuple[bytes, Delivery | None]:
    """Undo `add_to_body`: the provider's exact bytes, and the delivery if there is one."""
    at = body.rfind(_MEMBER)
    if at < 0:
        at = body.rfind(_EMPTY_MEMBER)
        start = at + len(_EMPTY_MEMBER)
    else:
        start = at + len(_MEMBER)
    if at < 0:
        return body, None
    try:
        value = orjson.loads(body[start:-1])
    except orjson.JSONDecodeError as error:
        raise FormatError("The answer's `assay` member is cut short.") from error
    return body[:at] + b"}", Delivery.from_json(value)


@dataclass(frozen=True, slots=True)
class StreamOpening:
    """The first comment of a stream: its id and the secret, so that heads can be checked as they come."""

    stream: str
    opening: OpeningSecret


def is_ours(block: bytes) -> bool:
    """Whether a block of a stream is the node's own comment and no chunk of the answer."""
    return block.startswith(_COMMENT)


def write_opening(stream: str, opening: OpeningSecret) -> bytes:
    return b"%s%s\n\n" % (_OPEN, canonicalize({"opening": opening.secret.hex(), "stream": stream}))


def write_head(head: StreamHead) -> bytes:
    return b"%s%s\n\n" % (_HEAD, canonicalize(head.to_json()))


def write_receipt(delivery: Delivery) -> bytes:
    return b"%s%s\n\n" % (_RECEIPT, delivery.to_bytes())


def read_comment(block: bytes) -> StreamOpening | StreamHead | Delivery:
    """Parse one of the node's own comments. Raises `FormatError`."""
    kind, _, text = block.rstrip(b"\r\n").partition(b"{")
    try:
        value = orjson.loads(b"{" + text)
        if kind == _OPEN:
            return StreamOpening(value["stream"], OpeningSecret(bytes.fromhex(value["opening"])))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise FormatError("A comment of this stream is not what a node writes.") from error
    if kind == _HEAD:
        return StreamHead.from_json(value)
    if kind == _RECEIPT:
        return Delivery.from_json(value)
    raise FormatError("A comment of this stream is of no known kind.")
