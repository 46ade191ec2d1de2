"""Answers as the client returns them: the dialect's own members, and beside them what they were verified by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

import httpx2

from assay.apps.client.gateway_error import GatewayError, GatewayUnreachable
from assay.apps.client.record import Record
from assay.apps.client.stream_reader import StreamReader
from assay.apps.client.text import answer_text, event_text
from assay.apps.client.verified import Receipt, Verified
from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.sse import DONE, parse
from assay.errors import AssayError
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.stream import BlockSplitter
from assay.trust.verdict import Verdict

B = TypeVar("B")
"""`Bundle`, or an awaitable of one."""
Bundler = Callable[[Bundle, bool, float], B]
"""Gives the bundle back, with the log's proof if that is asked for, waiting at most so many seconds."""


class StreamUnfinished(AssayError):
    """The receipt comes at the end of a stream, and the end has not been read."""

    code = "stream_unfinished"
    hint = "read the stream to its end first"


class Answer(Record, Generic[B]):
    """A whole answer that verified, with the provider's members as attributes."""

    __slots__ = ("_bundler", "_operation", "_verified")

    def __init__(
        self, operation: Operation, value: Mapping[str, Any], verified: Verified, bundler: Bundler[B]
    ) -> None:
        super().__init__(value)
        self._operation = operation
        self._verified = verified
        self._bundler = bundler

    @property
    def text(self) -> str:
        """The answer's text, wherever the dialect keeps it; empty when it has none."""
        return answer_text(self._operation, self._value)

    @property
    def receipt(self) -> Receipt:
        return self._verified.receipt

    @property
    def verdict(self) -> Verdict:
        return self._verified.verdict

    def bundle(self, *, complete: bool = False, timeout: float = 30.0) -> B:
        """Everything to verify this again, question and answer included.

        ``complete`` waits up to ``timeout`` seconds for the log's proof, and raises `ProofPending` after that.
        """
        return self._bundler(self._verified.bundle, complete, timeout)


class _Streamed(Generic[B]):
    """What both kinds of stream share: from bytes to events, and the verdict at the end."""

    def __init__(
        self, operation: Operation, response: httpx2.Response, reader: StreamReader, bundler: Bundler[B]
    ) -> None:
        self._operation = operation
        self._response = response
        self._reader = reader
        self._bundler = bundler
        self._splitter = BlockSplitter()

    @property
    def provisional(self) -> bool:
        """Whether what was read so far still waits for its verdict; under signed heads, unless asked otherwise."""
        return self._reader.verified is None

    @property
    def receipt(self) -> Receipt:
        """Raises `StreamUnfinished` before the end."""
        return self._verified().receipt

    @property
    def verdict(self) -> Verdict:
        """Raises `StreamUnfinished` before the end."""
        return self._verified().verdict

    def bundle(self, *, complete: bool = False, timeout: float = 30.0) -> B:
        """As of a whole answer (`Answer.bundle`). Raises `StreamUnfinished` before the end."""
        return self._bundler(self._verified().bundle, complete, timeout)

    def _verified(self) -> Verified:
        if self._reader.verified is None:
            raise StreamUnfinished("This stream has not been read to its end.")
        return self._reader.verified

    def _events(self, data: bytes) -> Iterator[Record]:
        for block in self._splitter.feed(data):
            event = parse(block)
            if event is None or event.data == DONE:
                continue
            value = event.json()
            if event.name == "error" or value.get("error"):
                raise GatewayError.from_json(self._response.status_code, value)
            yield Record(value)

    def _text(self, event: Record) -> str:
        return event_text(self._operation, event)


class AnswerStream(_Streamed[Bundle]):
    """Iterates over the events of a streamed answer, each only once a signed head covers it."""

    def __iter__(self) -> Iterator[Record]:
        """Raises `AnswerRefused` where the stream does not verify, `GatewayError` where it says that it failed."""
        try:
            for data in self._response.iter_raw():
                yield from self._events(data)
        except httpx2.TransportError as error:
            raise GatewayUnreachable("The stream broke off.") from error
        finally:
            self.close()

    @property
    def text(self) -> Iterator[str]:
        """The text alone, piece by piece."""
        return filter(None, map(self._text, self))

    def close(self) -> None:
        self._response.close()

    def __enter__(self) -> AnswerStream:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncAnswerStream(_Streamed[Awaitable[Bundle]]):
    """The same on an event loop."""

    async def __aiter__(self) -> AsyncIterator[Record]:
        """Raises `AnswerRefused` where the stream does not verify, `GatewayError` where it says that it failed."""
        try:
            async for data in self._response.aiter_raw():
                for event in self._events(data):
                    yield event
        except httpx2.TransportError as error:
            raise GatewayUnreachable("The stream broke off.") from error
        finally:
            await self.close()

    @property
    async def text(self) -> AsyncIterator[str]:
        """The text alone, piece by piece."""
        async for event in self:
            if piece := self._text(event):
                yield piece

    async def close(self) -> None:
        await self._response.aclose()

    async def __aenter__(self) -> AsyncAnswerStream:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()
