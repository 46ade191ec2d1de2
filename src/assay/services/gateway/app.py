"""The gateway as a plain ASGI application: which path leads where, and what a failure looks like.

No framework stands on the hot path; a call costs what its receipt costs.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager

from assay.engines.asgi import JSON, ClientLeft, Message, Receive, Scope, Send, respond
from assay.engines.inference.operation import Dialect, Operation
from assay.errors import AssayError
from assay.services.gateway.calls import Calls
from assay.services.gateway.metrics import Metrics
from assay.services.gateway.pages import Pages
from assay.services.gateway.refusals import status_of, write_refusal
from assay.services.gateway.stored import Stored

logger = logging.getLogger(__name__)

_CALLS = {operation.path: operation for operation in Operation}
# The Anthropic SDK adds /v1 to its base URL, the OpenAI SDK expects it there: both spellings work.
_CALLS |= {operation.path.removeprefix("/v1"): operation for operation in Operation}


class MethodNotAllowed(AssayError):
    """The path exists, the method does not."""

    code = "method_not_allowed"
    headers = ((b"allow", b"POST"),)
    """What RFC 9110 §15.5.6 wants said to whoever came with another method."""


class InternalError(AssayError):
    """The node failed in a way nobody foresaw; its log says how."""

    code = "internal_error"


class Gateway:
    """The ASGI application. ``resources`` is entered when the server starts and left when it stops."""

    def __init__(
        self,
        calls: Calls,
        stored: Stored,
        pages: Pages,
        metrics: Metrics,
        resources: AbstractAsyncContextManager[object],
    ) -> None:
        self._calls = calls
        self._stored = stored
        self._pages = pages
        self._metrics = metrics
        self._resources = resources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        """ASGI lifespan: hold the resources from startup to shutdown."""
        await receive()
        async with self._resources:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        operation = _CALLS.get(path)
        started = False

        def sending(message: Message) -> Awaitable[None]:
            nonlocal started
            started = True
            return send(message)

        try:
            if operation is not None and scope["method"] == "POST":
                await self._calls.answer(operation, scope, receive, sending)
            elif self._stored.serves(scope["method"], path):
                await self._stored.serve(scope, receive, sending)
            elif operation is not None:
                raise MethodNotAllowed(f"{path} is asked with POST.")
            else:
                await self._pages.serve(scope, receive, sending)
        except ClientLeft:
            return
        except AssayError as error:
            failure = error
        except Exception:
            logger.exception("unforeseen failure at %s", path)
            failure = InternalError("The node failed to answer.")
        else:
            return
        self._metrics.refused(failure.code)
        if not started:
            dialect = operation.dialect if operation else _dialect_of(scope)
            await respond(send, status_of(failure), write_refusal(dialect, failure), JSON, *failure.headers)


def _dialect_of(scope: Scope) -> Dialect:
    """The dialect to refuse in, where the path does not tell."""
    is_below_messages = scope["path"].startswith(("/v1/messages", "/messages"))
    speaks_anthropic = any(name == b"anthropic-version" for name, _ in scope["headers"])
    return Dialect.ANTHROPIC if is_below_messages or speaks_anthropic else Dialect.OPENAI
