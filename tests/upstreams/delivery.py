"""Putting an answer on the wire, whole or in events, at the pace and with the faults of its script."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from typing import NoReturn

from aiohttp import web
from tests.upstreams.ask import JSON
from tests.upstreams.dialect import Dialect
from tests.upstreams.directives import Fault, Script
from tests.upstreams.journal import Exchange

HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad gateway</h1>"


async def send_whole(
    request: web.Request, exchange: Exchange, script: Script, answer: JSON | None
) -> web.StreamResponse:
    """Send one JSON body."""
    await asyncio.sleep(script.gap * script.words)
    body = HTML if script.fault is Fault.GARBAGE else json.dumps(answer, ensure_ascii=False).encode()
    response = await _begin(request, exchange, "application/json", length=len(body))
    if script.fault in (Fault.HALF, Fault.STALL):
        await response.write(body[: len(body) // 2])
        await _stop_short(request, exchange, script.fault)
    await response.write(body)
    await response.write_eof()
    exchange.finished = time.monotonic()
    return response


async def send_events(
    request: web.Request, exchange: Exchange, script: Script, dialect: Dialect, events: Iterable[bytes]
) -> web.StreamResponse:
    """Send server-sent events, one chunk of HTTP each."""
    if script.fault is Fault.GARBAGE:
        return await send_whole(request, exchange, script, {})
    frames = list(events)
    middle = len(frames) // 2 if script.fault else len(frames)
    response = await _begin(request, exchange, "text/event-stream; charset=utf-8")
    for frame in frames[:middle]:
        await asyncio.sleep(script.gap)
        await response.write(frame)
        exchange.events_sent += 1
    match script.fault:
        case Fault.HALF | Fault.STALL:
            await _stop_short(request, exchange, script.fault)
        case Fault.MALFORMED_SSE:
            await response.write(b"data: {this is not json\n\n")
            await response.write(b"".join(frames[middle:]))
        case Fault.ERROR_EVENT:
            await response.write(dialect.error_event("The provider failed in the middle of its answer."))
    await response.write_eof()
    exchange.finished = time.monotonic()
    return response


async def _begin(
    request: web.Request, exchange: Exchange, content_type: str, *, length: int | None = None
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": content_type, "x-request-id": "req_scripted"})
    response.content_length = length
    exchange.status = response.status
    await response.prepare(request)
    return response


async def _stop_short(request: web.Request, exchange: Exchange, fault: Fault) -> NoReturn:
    """End the exchange without ending the answer: cut the connection, or wait for the client to give up."""
    if fault is Fault.HALF and request.transport is not None:
        exchange.finished = time.monotonic()
        request.transport.close()
    await asyncio.Event().wait()
    raise AssertionError("unreachable: the handler is cancelled when its connection closes")
