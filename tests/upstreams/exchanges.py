"""The middleware that keeps the journal and shapes errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from tests.upstreams import anthropic_messages, openai_errors
from tests.upstreams.ask import JSON, BadAsk
from tests.upstreams.journal import Exchange, Journal

JOURNAL = web.AppKey("journal", Journal)
JOURNAL_PATH = "/_journal"
EXCHANGE = web.RequestKey("exchange", Exchange)


@web.middleware
async def record(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if request.path == JOURNAL_PATH:
        return await handler(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    exchange = Exchange(request.method, request.path_qs, headers, await request.read())
    request[EXCHANGE] = request.app[JOURNAL].open(exchange)
    try:
        return await handler(request)
    except BadAsk as refusal:
        return _refuse(request, exchange, refusal)
    except web.HTTPException as unrouted:
        return _refuse(request, exchange, BadAsk(unrouted.status, f"Unknown request URL: {request.path}."))
    except ConnectionError:
        _abandon(exchange)
        return web.Response(status=499)  # seen by nobody: writing has failed
    except asyncio.CancelledError:
        _abandon(exchange)
        raise


def _abandon(exchange: Exchange) -> None:
    if exchange.finished is None:
        exchange.abandoned = time.monotonic()


def _refuse(request: web.Request, exchange: Exchange, refusal: BadAsk) -> web.Response:
    exchange.status, exchange.finished = refusal.status, time.monotonic()
    headers = {"x-request-id": "req_scripted"}
    if refusal.retry_after:
        headers["retry-after"] = refusal.retry_after
    return web.json_response(_shape(request, refusal), status=refusal.status, headers=headers)


def _shape(request: web.Request, refusal: BadAsk) -> JSON:
    speaks_anthropic = "anthropic-version" in request.headers or request.path.startswith("/v1/messages")
    shape = anthropic_messages.error if speaks_anthropic else openai_errors.error
    return shape(refusal.status, refusal.message)
