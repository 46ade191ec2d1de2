"""A client that leaves ends the call it made.

Plain ASGI tells of it only to whoever asks, and a provider would go on writing, and billing, for nobody.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from assay.services.gateway.asgi import ClientLeft, Receive


class CancelledWhenClientLeaves:
    """An asynchronous context manager: cancels its block when the client closes its connection.

    It then raises `ClientLeft` in place of the cancellation.
    """

    __slots__ = ("_caller", "_receive", "_watcher", "client_left")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.client_left = False
        """Why the block is cancelled, if it is: by the client, or else by a node that stops."""

    async def __aenter__(self) -> Self:
        caller = asyncio.current_task()
        assert caller is not None
        self._caller = caller
        self._watcher = asyncio.get_running_loop().create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._watcher.cancel()
        if self.client_left and isinstance(error, asyncio.CancelledError) and self._caller.uncancel() == 0:
            raise ClientLeft from None

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.client_left = True
        self._caller.cancel()
