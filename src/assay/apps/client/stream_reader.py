"""A stream that verifies while it flows: bytes in, and out only what a trusted key stands behind.

The node signs heads over the chunks so far; a head by a key that the policy trusts releases the chunks it covers. What
no such head covers waits for the receipt, and the receipt covers everything. Free of any I/O.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from assay.apps.client.exchange import Exchange, Received
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.verified import Verified
from assay.errors import FormatError
from assay.trust.envelope import SignatureError
from assay.trust.receipts.content import ANSWER
from assay.trust.receipts.delivery import (
    Delivery,
    StreamOpening,
    is_ours,
    read_comment,
    write_head,
    write_opening,
    write_receipt,
)
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.stream import BlockSplitter, StreamHead, StreamWitness


class StreamReader:
    """Reads one streamed answer.

    ``head_keys`` are the keys (hex) whose heads meet the policy by themselves. ``provisional`` releases every block at
    once, before anything is verified; the end is judged all the same.
    """

    def __init__(self, exchange: Exchange, head_keys: Collection[str], *, provisional: bool = False) -> None:
        self._exchange = exchange
        self._head_keys = head_keys
        self._provisional = provisional
        self._splitter = BlockSplitter()
        self._opening: StreamOpening | None = None
        self._chunks: list[bytes] = []
        self._witness: StreamWitness | None = None
        self._signer: str | None = None
        self._unsigned_heads: list[StreamHead] = []
        self._held: deque[bytes] = deque()
        self._released = 0
        self._delivery: Delivery | None = None
        self._promised = 0
        self.received: Received | None = None
        """The whole answer, once the receipt and every chunk it covers have come; the caller then concludes."""
        self.verified: Verified | None = None
        """What the caller concluded; until then, what was released is under heads only, or provisional."""

    def feed(self, data: bytes) -> list[bytes]:
        """Read on; return the blocks that may be shown now. Raises `AnswerRefused`."""
        try:
            blocks = self._splitter.feed(data)
        except FormatError as error:
            raise self._refuse("chunks", error.message) from error
        released: list[bytes] = []
        for block in blocks:
            self._held.append(block)
            if not is_ours(block):
                self._read_chunk(block)
            elif isinstance(comment := self._parse(block), StreamHead):
                released += self._read_head(comment)
            elif isinstance(comment, Delivery):
                self._read_receipt(comment)
            else:
                self._read_opening(comment)
        if self._provisional:
            return self._release(len(self._chunks))
        return released

    def settle(self, verified: Verified) -> list[bytes]:
        """Note the verdict over the whole answer; return the blocks that waited for it."""
        self.verified = verified
        return self._release(len(self._chunks))

    def end(self) -> None:
        """The stream is over. Raises `AnswerRefused` unless all of it was covered by a receipt."""
        if self._delivery is None:
            raise self._refuse("receipt", "the stream was cut: it ended before its receipt")
        if self._splitter.rest() or self.received is None:
            raise self._refuse("chunks", "the stream was cut: it ended before the last chunk of its receipt")

    def _parse(self, block: bytes) -> StreamOpening | StreamHead | Delivery:
        try:
            comment = read_comment(block)
        except FormatError as error:
            raise self._refuse("format", error.message) from error
        if _write(comment) != block:
            raise self._refuse("format", "a comment of the stream is not written as a node writes it")
        return comment

    def _read_opening(self, opening: StreamOpening) -> None:
        if self._opening is not None or self._chunks:
            raise self._refuse("opening", "the stream is opened twice, or too late")
        if not self._exchange.is_answered_by(opening.stream, opening.opening):
            raise self._refuse("opening", "the stream is the answer to another request")
        self._opening = opening
        self._witness = StreamWitness(opening.opening.salt(ANSWER))

    def _read_chunk(self, chunk: bytes) -> None:
        if self._opening is None:
            raise self._refuse("opening", "the stream begins without one")
        if self.received is not None:
            raise self._refuse("chunks", "more came than the receipt covers")
        self._chunks.append(chunk)
        self._complete()

    def _read_head(self, head: StreamHead) -> list[bytes]:
        """The blocks that this head releases. It may lag behind the chunks that have come, never run ahead."""
        if self._opening is None or self._witness is None or head.stream != self._opening.stream:
            raise self._refuse("head", "a head is for another stream")
        if self._delivery is not None:
            raise self._refuse("head", "a head came after the receipt")
        if not self._witness.chunks <= head.chunks <= len(self._chunks):
            raise self._refuse("chunks", "a head covers chunks that have not come")
        for chunk in self._chunks[self._witness.chunks : head.chunks]:
            self._witness.add(chunk)
        if head.root != self._witness.root():
            raise self._refuse("chunks", "what came is not what a head was signed over")
        if self._signer is None:
            self._signer = next((key for key in self._head_keys if _is_signed_by(key, head)), None)
        if self._signer is None:
            self._unsigned_heads.append(head)
            return []
        self._check_heads(head, key=self._signer)
        return self._release(head.chunks)

    def _read_receipt(self, delivery: Delivery) -> None:
        if self._opening is None or self._delivery is not None:
            raise self._refuse("receipt", "the stream carries two, or one before its opening")
        statement = self._exchange.read_statement(delivery)
        if delivery.opening != self._opening.opening or statement.answer.stream != self._opening.stream:
            raise self._refuse("receipt", "the receipt is for another stream")
        if statement.answer.chunks < len(self._chunks):
            raise self._refuse("chunks", "more came than the receipt covers")
        self._check_signers(statement)
        self._delivery, self._promised = delivery, statement.answer.chunks
        self._complete()

    def _check_signers(self, statement: Statement) -> None:
        """Heads and receipt are by one key. Heads that no key vouched for are checked now that one is named."""
        if self._signer is not None and self._signer != statement.key.key:
            raise self._refuse("head", "the receipt is by another key than the heads")
        self._check_heads(key=statement.key.key)

    def _check_heads(self, *heads: StreamHead, key: str) -> None:
        """These heads, and those that came before it was known whose they should be, are by ``key``."""
        for head in (*self._unsigned_heads, *heads):
            if not _is_signed_by(key, head):
                raise self._refuse("head", "a head is not signed by the node")
        self._unsigned_heads.clear()

    def _complete(self) -> None:
        if self._delivery is not None and len(self._chunks) == self._promised:
            self.received = self._exchange.receive(b"".join(self._chunks), self._delivery)

    def _release(self, chunks: int) -> list[bytes]:
        """Blocks in their order up to chunk number ``chunks``, with the node's comments between them."""
        released = []
        while self._held and (is_ours(self._held[0]) or self._released < chunks):
            block = self._held.popleft()
            self._released += not is_ours(block)
            released.append(block)
        return released

    def _refuse(self, check: str, detail: str) -> AnswerRefused:
        return self._exchange.refusal.because(check, detail)


def _write(comment: StreamOpening | StreamHead | Delivery) -> bytes:
    if isinstance(comment, StreamHead):
        return write_head(comment)
    if isinstance(comment, Delivery):
        return write_receipt(comment)
    return write_opening(comment.stream, comment.opening)


def _is_signed_by(key: str, head: StreamHead) -> bool:
    try:
        head.check(bytes.fromhex(key))
    except SignatureError:
        return False
    return True
