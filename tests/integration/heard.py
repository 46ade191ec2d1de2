"""What a client heard of a streamed answer, and what a receipt over exactly that would say."""

from __future__ import annotations

import orjson

from assay.trust.receipts.content import ANSWER
from assay.trust.receipts.delivery import Delivery, StreamOpening, is_ours, read_comment
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.stream import BlockSplitter, StreamHead, StreamWitness


class HeardStream:
    """Feed it what comes over the wire."""

    def __init__(self, data: bytes = b"") -> None:
        self._splitter = BlockSplitter()
        self.opening: StreamOpening | None = None
        self.chunks: list[bytes] = []
        self.heads: list[StreamHead] = []
        self.delivery: Delivery | None = None
        self.feed(data)

    def feed(self, data: bytes) -> None:
        for block in self._splitter.feed(data):
            if not is_ours(block):
                self.chunks.append(block)
                continue
            match read_comment(block):
                case StreamOpening() as opening:
                    self.opening = opening
                case StreamHead() as head:
                    self.heads.append(head)
                case Delivery() as delivery:
                    self.delivery = delivery

    @property
    def id(self) -> str:
        """The provider's id of the answer, from the first OpenAI chunk."""
        return str(orjson.loads(self.chunks[0].removeprefix(b"data: "))["id"])

    @property
    def statement(self) -> Statement:
        assert self.delivery is not None
        return Statement.from_bytes(self.delivery.receipt.payload)

    @property
    def stream(self) -> str:
        assert self.opening is not None
        return self.opening.stream

    def root(self) -> str:
        """Merkle root over the chunks that came."""
        assert self.opening is not None
        witness = StreamWitness(self.opening.opening.salt(ANSWER))
        for chunk in self.chunks:
            witness.add(chunk)
        return witness.root()
