"""The floor: a plain ASGI pass-through that hashes both bodies and signs once.

    bare_passthrough.py PORT UPSTREAM_PORT

uvicorn, aiohttp, SHA-256, Ed25519; no routing, keys, log or receipt. A JSON answer carries the signature in
a header, a stream in a last comment line. The upstream is closed when the client leaves, as a gateway must.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import aiohttp
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class PassThrough:
    def __init__(self, upstream: int) -> None:
        self._url = f"http://127.0.0.1:{upstream}"
        self._key = Ed25519PrivateKey.generate()
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        answering = asyncio.ensure_future(self._answer(scope["path"], body, send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        leaving.cancel()
        if not answering.done():
            answering.cancel()
            return
        answering.result()

    async def _answer(self, path: str, body: bytes, send: Send) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                auto_decompress=False,
                skip_auto_headers=("user-agent",),
            )
        request_hash = hashlib.sha256(body).digest()
        headers = {"content-type": "application/json", "authorization": "Bearer bench"}
        async with self._session.post(self._url + path, data=body, headers=headers) as reply:
            kind = reply.headers["content-type"].encode()
            if kind.startswith(b"text/event-stream"):
                await self._stream(reply, kind, request_hash, send)
            else:
                answer = await reply.read()
                signature = self._sign(request_hash + hashlib.sha256(answer).digest()).encode()
                fields = [(b"content-type", kind), (b"signature", signature), _length(answer)]
                await send({"type": "http.response.start", "status": reply.status, "headers": fields})
                await send({"type": "http.response.body", "body": answer})

    async def _stream(
        self, reply: aiohttp.ClientResponse, kind: bytes, request_hash: bytes, send: Send
    ) -> None:
        fields = [(b"content-type", kind)]
        await send({"type": "http.response.start", "status": reply.status, "headers": fields})
        digest = hashlib.sha256()
        async for chunk in reply.content.iter_any():
            digest.update(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        comment = f": {self._sign(request_hash + digest.digest())}\n\n".encode()
        await send({"type": "http.response.body", "body": comment})

    def _sign(self, message: bytes) -> str:
        return self._key.sign(message).hex()


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _length(answer: bytes) -> tuple[bytes, bytes]:
    return b"content-length", str(len(answer)).encode()


if __name__ == "__main__":
    listen, forward = map(int, sys.argv[1:])
    app = PassThrough(forward)
    uvicorn.run(
        app, port=listen, loop="uvloop", http="httptools", lifespan="off", access_log=False, log_level="error"
    )
