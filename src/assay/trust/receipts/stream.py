"""Streams: what is hashed while it flows, and what is signed before it ends.

A stream is a sequence of *chunks*: server-sent event blocks, each with the blank line that ends it. The chunks
of one answer are the leaves of an RFC 9162 Merkle tree, each leaf a salted commitment, so that one root covers
every byte, their order and their number. While the answer flows the node signs *heads* (chunks so far, root),
so that a reader never has to trust text that no key stands behind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.envelope import (
    check_signature,
    decode_base64,
    encode_base64,
    pre_authentication_encoding,
)
from assay.trust.transparency.merkle import CompactRange, leaf_hash

STREAM_HEAD_PAYLOAD = "application/vnd.assay.stream-head+json"

_BLOCK_END = re.compile(rb"\r?\n\r?\n")


class BlockSplitter:
    """Cuts a byte stream into server-sent event blocks (WHATWG HTML §9.2), each ending with its blank line."""

    __slots__ = ("_held", "_limit")

    def __init__(self, limit: int = 64 * 1024 * 1024) -> None:
        self._held = b""
        self._limit = limit

    def feed(self, data: bytes) -> list[bytes]:
        """The blocks that ``data`` completes. Raises `FormatError` when one grows past the limit."""
        if self._held:
            data = self._held + data
        if b"\r" not in data:
            *texts, self._held = data.split(b"\n\n")
            blocks = [text + b"\n\n" for text in texts]
        else:
            blocks, start = [], 0
            for end in _BLOCK_END.finditer(data):
                blocks.append(data[start : end.end()])
                start = end.end()
            self._held = data[start:]
        if len(self._held) > self._limit:
            raise FormatError(f"An event of this stream is longer than {self._limit} bytes.")
        return blocks

    def rest(self) -> bytes:
        """What came after the last blank line: an event cut short, or nothing."""
        held, self._held = self._held, b""
        return held


class StreamWitness:
    """The running Merkle root over the chunks of one answer.

    Chunks wait until a root is asked for: hashing a few at once, between two heads, costs less than half of hashing
    each as it passes.
    """

    __slots__ = ("_range", "_salt", "_waiting")

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._range = CompactRange()
        self._waiting: list[bytes] = []

    def add(self, chunk: bytes) -> None:
        """Append a chunk: its entry in the tree is ``salt || u64(index) || chunk``."""
        self._waiting.append(chunk)

    @property
    def chunks(self) -> int:
        return self._range.size + len(self._waiting)

    def root(self) -> str:
        """Merkle tree hash over the chunks so far, lower-case hex."""
        tree, salt = self._range, self._salt
        for index, chunk in enumerate(self._waiting, tree.size):
            tree.append(leaf_hash(b"%s%s%s" % (salt, index.to_bytes(8, "big"), chunk)))
        self._waiting.clear()
        return tree.root().hex()


@dataclass(frozen=True, slots=True)
class StreamHead:
    """A signed promise about the first ``chunks`` chunks of one stream."""

    stream: str
    chunks: int
    root: str
    signature: bytes

    @classmethod
    def sign(cls, stream: str, witness: StreamWitness, sign: Callable[[bytes], bytes]) -> StreamHead:
        chunks, root = witness.chunks, witness.root()
        payload = _head_payload(stream, chunks, root)
        return cls(stream, chunks, root, sign(pre_authentication_encoding(STREAM_HEAD_PAYLOAD, payload)))

    def check(self, public_key: bytes) -> None:
        """Raises `SignatureError` unless ``public_key`` signed this head."""
        payload = _head_payload(self.stream, self.chunks, self.root)
        check_signature(public_key, STREAM_HEAD_PAYLOAD, payload, self.signature)

    def to_json(self) -> dict[str, Any]:
        return {
            "chunks": self.chunks,
            "root": self.root,
            "sig": encode_base64(self.signature),
            "stream": self.stream,
        }

    @classmethod
    def from_json(cls, value: Any) -> StreamHead:
        try:
            head = cls(value["stream"], value["chunks"], value["root"], decode_base64(value["sig"]))
            exact = type(head.chunks) is int and head.to_json() == value
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError("This is not a stream head.") from error
        if not exact:
            raise FormatError("A stream head has members that are not known.")
        return head


def _head_payload(stream: str, chunks: int, root: str) -> bytes:
    return canonicalize({"chunks": chunks, "root": root, "stream": stream})
