"""Services of a node that answer below paths of their own, beside its gateway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from assay.engines.asgi import Receive, Scope, Send

Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
"""ASGI 3.0."""


class Mounts:
    """What is asked below a prefix goes to who is there; the rest, and the life of the server, is the gateway's."""

    def __init__(self, gateway: Application, below: Mapping[str, Application]) -> None:
        """``below``: by their prefixes, such as ``/facilitator``."""
        self._gateway = gateway
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for prefix, application in self._below.items():
            if scope["type"] == "http" and scope["path"].startswith(f"{prefix}/"):
                await application({**scope, "root_path": prefix}, receive, send)
                return
        await self._gateway(scope, receive, send)
