"""A real HTTP/1.1 server on loopback that plays what a test scripts, byte by byte, and notes what it sees."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Exchange:
    """One request as it arrived, and the connection to answer it on."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def client_gone(self) -> float:
        """Monotonic time at which the client closed the connection."""
        with suppress(ConnectionError):
            await self.reader.read()
        return time.monotonic()

    def cut(self) -> None:
        """Drop the connection where it stands."""
        self.writer.transport.abort()


Script = Callable[[Exchange], Awaitable[None]]


@dataclass
class Peer:
    port: int = 0
    seen: list[Exchange] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


@asynccontextmanager
async def peer(*scripts: Script, path: str | None = None) -> AsyncIterator[Peer]:
    """Serve the scripts in order, one a request, the last for ever; on the Unix socket ``path`` if given."""
    state = Peer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        state.connections += 1
        try:
            while exchange := await _read(reader, writer):
                state.seen.append(exchange)
                await scripts[min(len(state.seen), len(scripts)) - 1](exchange)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    if path is None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        state.port = server.sockets[0].getsockname()[1]
    else:
        server = await asyncio.start_unix_server(serve, path)
    try:
        yield state
    finally:
        server.close()
        for exchange in state.seen:
            exchange.cut()
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    request, *lines = head.strip().split("\r\n")
    method, path, _ = request.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Exchange(method, path, headers, body, reader, writer)


def answers(body: bytes, status: int = 200, **headers: str) -> Script:
    """A whole reply. Header names are written with underscores."""

    async def script(exchange: Exchange) -> None:
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
        await exchange.write(head.encode() + body)

    return script


def streams(*chunks: bytes, gap: float = 0.0, then: Script | None = None) -> Script:
    """A chunked reply; ``then`` runs in place of its proper end."""

    async def script(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        for chunk in chunks:
            await exchange.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await asyncio.sleep(gap)
        if then is None:
            await exchange.write(b"0\r\n\r\n")
        else:
            await then(exchange)

    return script


async def cuts(exchange: Exchange) -> None:
    exchange.cut()


async def hangs(exchange: Exchange) -> None:
    await exchange.client_gone()
