"""The few words of ASGI 3.0 that services speak themselves, because their hot paths have no framework in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

import orjson

from assay.errors import AssayError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]

JSON: Header = (b"content-type", b"application/json")
TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
BYTES: Header = (b"content-type", b"application/octet-stream")
EVENTS: Header = (b"content-type", b"text/event-stream; charset=utf-8")


class BodyTooLarge(AssayError):
    """The request is longer than the service reads."""

    code = "request_too_large"
    hint = "send fewer or smaller attachments; the limit is a setting of the node"


class BodyTooSlow(AssayError):
    """The request did not arrive in time."""

    code = "request_timeout"
    hint = "the whole body must arrive within the time the node allows"


class ClientLeft(Exception):
    """The client closed the connection; there is nobody to answer."""


def check_declared_size(scope: Scope, limit: int) -> None:
    """Raise `BodyTooLarge` for a request that says itself that it is, before any of it is read."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            _check_size(int(value), limit)


async def read_body(receive: Receive, limit: int, seconds: float) -> bytes:
    """The request's body, at most ``limit`` bytes, within ``seconds``."""
    message = await _receive_in_time(receive, seconds)
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, deadline = [body], asyncio.get_running_loop().time() + seconds
        size = len(body)
        while message.get("more_body"):
            _check_size(size, limit)
            message = await _receive_in_time(receive, deadline - asyncio.get_running_loop().time())
            parts.append(message.get("body", b""))
            size += len(parts[-1])
        body = b"".join(parts)
    _check_size(len(body), limit)
    return body


async def _receive_in_time(receive: Receive, seconds: float) -> Message:
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError:
        raise BodyTooSlow(f"The request's body did not arrive within {seconds:.0f} seconds.") from None
    if message["type"] == "http.disconnect":
        raise ClientLeft
    return message


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise BodyTooLarge(f"The request is longer than {limit} bytes.")


async def respond(send: Send, status: int, body: bytes, *headers: Header) -> None:
    """One whole response."""
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def respond_json(send: Send, status: int, value: Any, headers: Iterable[Header] = ()) -> None:
    await respond(send, status, orjson.dumps(value), JSON, *headers)


async def begin_stream(send: Send, status: int, headers: Iterable[Header]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})


def send_part(send: Send, part: bytes) -> Awaitable[None]:
    return send({"type": "http.response.body", "body": part, "more_body": True})


async def end_stream(send: Send, last: bytes = b"") -> None:
    await send({"type": "http.response.body", "body": last})
