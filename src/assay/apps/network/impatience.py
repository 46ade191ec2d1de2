"""A server protocol that does not wait for ever: heads must arrive in time, and answers must be taken.

Without it a client that sends one header byte a minute (slow loris), or asks and never reads, holds a connection, and
perhaps a provider's, for as long as it likes. The body of a request has a deadline of its own in the gateway.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Deadline:
    """Something that happens unless it is called off in time."""

    __slots__ = ("_handle",)

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        return self._handle is not None

    def set(self, loop: asyncio.AbstractEventLoop, seconds: float, action: Callable[[], None]) -> None:
        self._handle = loop.call_later(seconds, action)

    def call_off(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None


class ImpatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 protocol with bounds for request heads and for clients that do not read."""

    head_seconds: ClassVar[float] = 15.0
    """From the connection, or from the first byte that follows an answer, to the end of a request's headers."""
    head_bytes: ClassVar[int] = 64 * 1024
    read_seconds: ClassVar[float] = 60.0
    """How long a client may take nothing of an answer that waits for it, before it counts as gone."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = True
        self._head_size = 0
        self._head = Deadline()
        self._reading = Deadline()
        self._head.set(self.loop, self.head_seconds, transport.close)

    def data_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete and not self._head.is_set:
            self._head.set(self.loop, self.head_seconds, self.transport.close)
        super().data_received(data)
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > self.head_bytes and not self.transport.is_closing():
                self.transport.write(_TOO_LONG)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_size = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head.call_off()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._reading.set(self.loop, self.read_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reading.call_off()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head.call_off()
        self._reading.call_off()
        super().connection_lost(exc)
