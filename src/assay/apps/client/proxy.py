"""A local endpoint that speaks OpenAI and Anthropic, and hands on only what verified.

For programs that can be given a base URL but no transport: they talk to the proxy, the proxy talks to an Assay gateway
and checks every answer. Not a byte is changed on the way; what fails becomes an error in the caller's dialect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING

import httpx2

from assay.apps.client.gateway_error import GatewayUnreachable
from assay.apps.client.passage import Terms
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.spoken import dialect_of, spoken, status_of
from assay.apps.client.store import ReceiptStore
from assay.apps.client.transport import AsyncVerifyingTransport
from assay.apps.client.wire import TIMEOUT, root_of
from assay.engines.asgi import (
    JSON,
    ClientLeft,
    Header,
    Receive,
    Scope,
    Send,
    begin_stream,
    end_stream,
    read_body,
    respond,
    send_part,
)
from assay.engines.inference.operation import Dialect
from assay.errors import AssayError
from assay.trust.receipts.policy import Policy

if TYPE_CHECKING:
    from assay.apps.client.paying.payer import Payer

MAX_BODY_BYTES = 64 * 1024 * 1024
BODY_SECONDS = 60.0

# RFC 9110 §7.6.1: these speak of one connection, not of the message.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_CREDENTIALS = frozenset({"authorization", "x-api-key"})


def create_proxy(
    upstream_base_url: str,
    api_key: str | None,
    policy: Policy,
    *,
    store: ReceiptStore | None = None,
    payer: Payer | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Proxy:
    """An ASGI application in front of the gateway at ``upstream_base_url`` (which may end in ``/v1``).

    With ``api_key`` every caller uses that key, and with a ``payer`` every call is paid for by that one; with neither,
    each brings a key. Verified answers are kept in ``store``.
    """
    terms = Terms(policy, on_verified=None if store is None else store.keep, payer=payer)
    if payer is not None:
        api_key = payer.credential
    http = httpx2.AsyncClient(timeout=TIMEOUT, transport=AsyncVerifyingTransport(terms, transport))
    return Proxy(http, root_of(upstream_base_url), api_key)


class Proxy:
    """The ASGI application."""

    def __init__(self, http: httpx2.AsyncClient, root: str, api_key: str | None) -> None:
        self._http = http
        self._root = root
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._http.aclose()
            await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await read_body(receive, MAX_BODY_BYTES, BODY_SECONDS)
            await _until_caller_leaves(receive, self._answer(self._request(scope, body), send))
        except ClientLeft:
            return
        except AssayError as error:
            await respond(send, status_of(error), spoken(scope["path"], error), JSON)

    async def _answer(self, request: httpx2.Request, send: Send) -> None:
        """Raises `AnswerRefused`, `PaymentError` or `GatewayUnreachable` as long as nothing has been handed on."""
        try:
            response = await self._http.send(request, stream=True)
        except httpx2.TransportError as error:
            raise GatewayUnreachable("The gateway behind this proxy does not answer.") from error
        try:
            await begin_stream(send, response.status_code, _headers(response))
            async for data in response.aiter_raw():
                await send_part(send, data)
            await end_stream(send)
        except AnswerRefused as refused:
            await end_stream(send, _error_event(request.url.path, refused))
        finally:
            await response.aclose()

    def _request(self, scope: Scope, body: bytes) -> httpx2.Request:
        query = scope["query_string"].decode("latin-1")
        url = self._root + scope["path"] + (f"?{query}" if query else "")
        dropped = _HOP_BY_HOP | (_CREDENTIALS if self._api_key else frozenset())
        headers = [(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in dropped]
        if self._api_key:
            headers.append((b"authorization", f"Bearer {self._api_key}".encode()))
        return self._http.build_request(scope["method"], url, headers=headers, content=body)


def _headers(response: httpx2.Response) -> list[Header]:
    return [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
        if name not in _HOP_BY_HOP
    ]


async def _until_caller_leaves(receive: Receive, work: Coroutine[None, None, None]) -> None:
    """Do the work, but not for nobody. Raises `ClientLeft`."""
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_departure(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientLeft
        await working
    finally:
        working.cancel()
        watching.cancel()


async def _departure(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _error_event(path: str, error: AssayError) -> bytes:
    name = b"event: error\n" if dialect_of(path) is Dialect.ANTHROPIC else b""
    return b"%sdata: %s\n\n" % (name, spoken(path, error))
