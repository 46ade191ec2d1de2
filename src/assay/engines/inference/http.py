"""One upstream over HTTP/1.1: a pool of connections, four deadlines, and bodies that are never held back.

Bytes pass as they are: no decompression, no re-encoding, no redirect followed (that would carry prompts and
keys to a host nobody configured), so that what is hashed is what was sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from aiohttp import (
    BaseConnector,
    ClientError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    UnixConnector,
)
from yarl import URL

from assay.engines.inference.provider import (
    ProviderBroken,
    ProviderError,
    ProviderGarbage,
    ProviderTimeout,
    ProviderUnreachable,
)
from assay.errors import ConfigError

CONNECTIONS = 1024
KEEP_ALIVE_S = 60.0
DNS_CACHE_S = 300
LARGE_BODY = 1 << 20
"""Bytes above which a request body is written piecewise, so that one upload cannot stall the event loop."""
LINGER_S = 0.25
"""How long an upstream that has said its last word may take to end the body as well."""

_NETWORK_ERRORS = (ClientError, TimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds an upstream may take for each part of one call."""

    connect: float = 5.0
    """To a usable connection, waiting for a free one in the pool included."""
    first_byte: float = 300.0
    """From the request to the status line. A reasoning model thinks here when it does not stream."""
    between_chunks: float = 120.0
    total: float = 1800.0
    """From the status line to the last chunk."""


class HttpReply:
    """An answer whose status and headers have arrived. Implements `Reply`."""

    __slots__ = ("_ends", "_lingering", "_loop", "_name", "_response", "_tasks", "headers", "status")

    def __init__(
        self, name: str, response: ClientResponse, tasks: set[asyncio.Task[None]], total: float
    ) -> None:
        """``tasks`` keeps what goes on in the background for as long as it does; ``total``: seconds for the body."""
        self._loop = asyncio.get_running_loop()
        self._ends = self._loop.time() + total
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self._name = name
        self._response = response
        self._tasks = tasks
        self._lingering = False

    async def read(self, limit: int) -> bytes:
        """The whole body. Raises `ProviderGarbage` when it is longer than ``limit`` bytes."""
        parts: list[bytes] = []
        room = limit
        async for chunk in self.chunks():
            room -= len(chunk)
            if room < 0:
                await self.aclose()
                raise ProviderGarbage(f"the answer of {self._name} is longer than {limit} bytes")
            parts.append(chunk)
        return b"".join(parts)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives.

        Raises `ProviderBroken` when it ends before its time, `ProviderTimeout` when it stalls.
        """
        content = self._response.content
        try:
            # Looked at with each chunk, which the deadline between chunks bounds: a timer a call would cost more.
            while (chunk := await content.readany()) and self._loop.time() < self._ends:
                yield chunk
            if not chunk:
                return
            failure: ProviderError = ProviderTimeout(f"{self._name} did not come to an end in time")
        except TimeoutError:
            failure = ProviderTimeout(f"{self._name} stopped sending")
        except _NETWORK_ERRORS as cause:
            failure = ProviderBroken(f"the answer of {self._name} broke off: {type(cause).__name__}")
        await self.aclose()
        raise failure

    def linger(self) -> None:
        """Nothing more is wanted of the body: give the upstream a moment to end it, and close it if it does not.

        Many servers end a stream in a packet of its own, after its last event. To close the connection in between
        would cost the next call a new one, with its handshakes.
        """
        if self._response.connection is not None:
            self._lingering = True
            task = self._loop.create_task(self._read_on())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _read_on(self) -> None:
        with suppress(*_NETWORK_ERRORS):
            async with asyncio.timeout(LINGER_S):
                while await self._response.content.readany():
                    pass
        self._close()

    async def aclose(self) -> None:
        """Close the upstream at once if the body has not ended and nobody lingers. Safe to call twice."""
        if not self._lingering:
            self._close()

    def _close(self) -> None:
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            # A plain close would first flush what is left of an upload to a peer nobody listens to any more.
            connection.transport.abort()
        self._response.close()


class HttpUpstream:
    """A pool of connections to one base URL, with the headers every call there carries.

    Must be used from one event loop; connections open on first use.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        name: str,
        deadlines: Deadlines | None = None,
        socket_path: str | None = None,
    ) -> None:
        """``headers`` hold the secrets; ``socket_path`` reaches ``base_url`` through a Unix socket.

        Raises `ConfigError` when ``base_url`` is not an absolute http(s) URL free of credentials and query.
        """
        url = _base_url(base_url, name)
        self.host = url.authority
        self._base = str(url).rstrip("/")
        self._headers = {"content-type": "application/json", "accept-encoding": "identity"} | dict(headers)
        self._name = name
        self._socket_path = socket_path
        self._deadlines = deadlines or Deadlines()
        self._session: ClientSession | None = None
        self._lingering: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"HttpUpstream({self._name!r}, {self._base!r})"

    async def send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> HttpReply:
        """Begin one exchange and return when the status line and headers are in; any status is a reply.

        ``path`` starts with a slash and follows the base URL. ``headers`` win over those of the upstream.
        Raises `ProviderUnreachable`, `ProviderTimeout`, or `ProviderGarbage` for what is not plain HTTP.
        """
        session = self._session or self._connect()
        try:
            response = await session.request(
                method,
                URL(self._base + path, encoded=True),
                data=body if len(body) <= LARGE_BODY else BytesIO(body),
                headers=headers,
                allow_redirects=False,
            )
        except _NETWORK_ERRORS as cause:
            failure = self._failure(cause)
        else:
            return await self._begun(response)
        # Raised here and not in the handler: the client's exceptions refer to request headers, keys included.
        raise failure

    async def aclose(self) -> None:
        """Close every connection, those of unfinished answers too."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        await asyncio.gather(*self._lingering)

    def _connect(self) -> ClientSession:
        connector: BaseConnector
        if self._socket_path is None:
            connector = TCPConnector(
                limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE_S, ttl_dns_cache=DNS_CACHE_S
            )
        else:
            # Connecting costs next to nothing here, while a server that drops an idle connection just when it is used
            # again costs the call: llama.cpp's drops them after five seconds.
            connector = UnixConnector(self._socket_path, limit=CONNECTIONS, force_close=True)
        self._session = ClientSession(
            connector=connector,
            headers=self._headers,
            skip_auto_headers=("Accept", "User-Agent"),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            timeout=ClientTimeout(
                total=None,
                connect=self._deadlines.connect,
                sock_read=self._deadlines.first_byte,
            ),
        )
        return self._session

    async def _begun(self, response: ClientResponse) -> HttpReply:
        reply = HttpReply(self._name, response, self._lingering, self._deadlines.total)
        if reply.headers.get("content-encoding", "identity") != "identity":
            await reply.aclose()
            raise ProviderGarbage(f"{self._name} compressed its answer although it was asked not to")
        connection = response.connection
        if connection is not None and connection.protocol is not None:
            connection.protocol.read_timeout = self._deadlines.between_chunks
            connection.protocol.start_timeout()
        return reply

    def _failure(self, cause: Exception) -> ProviderError:
        if isinstance(cause, TimeoutError):
            return ProviderTimeout(f"{self._name} did not answer in time: {type(cause).__name__}")
        if isinstance(cause, ClientResponseError):
            return ProviderGarbage(f"{self._name} did not answer in HTTP")
        return ProviderUnreachable(f"no answer from {self._name}: {type(cause).__name__}")


def _base_url(text: str, name: str) -> URL:
    url = URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError(
            f"the base URL of {name} is not an http or https URL",
            hint="write it like https://api.example.com/v1",
        )
    if url.user or url.password or url.query_string or url.fragment:
        raise ConfigError(
            f"the base URL of {name} carries credentials, a query or a fragment",
            hint="keep scheme, host and path; name the key's environment variable in `api_key_env`",
        )
    return url
