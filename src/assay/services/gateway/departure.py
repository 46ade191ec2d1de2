"""A client that leaves ends the call it made.

Plain ASGI tells of it only to whoever asks, and a provider would go on writing, and billing, for nobody.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from assay.engines.asgi import ClientLeft, Receive

WATCH_AFTER_S = 0.02
"""An answer that comes sooner is over before its client could leave, and needs no task that watches for that."""


class CancelledWhenClientLeaves:
    """An asynchronous context manager: cancels its block when the client closes its connection.

    It then raises `ClientLeft` in place of the cancellation.
    """

    __slots__ = ("_caller", "_loop", "_receive", "_timer", "_watcher", "client_left")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.client_left = False
        """Why the block is cancelled, if it is: by the client, or else by a node that stops."""

    async def __aenter__(self) -> Self:
        caller = asyncio.current_task()
        assert caller is not None
        self._caller = caller
        self._watcher: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(WATCH_AFTER_S, self._begin_to_watch)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if self._watcher is not None:
            self._watcher.cancel()
        if self.client_left and isinstance(error, asyncio.CancelledError) and self._caller.uncancel() == 0:
            raise ClientLeft from None

    def _begin_to_watch(self) -> None:
        self._watcher = self._loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_left = True
        self._caller.cancel()
