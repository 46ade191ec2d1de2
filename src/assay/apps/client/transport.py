"""HTTP transports that hand an answer on only once it has verified.

They stand below any `httpx2` client, the stock `openai` and `anthropic` SDKs included. They add a nonce to the request,
and a payment if the gateway wants one and somebody here pays, and never alter a byte of the answer; they withhold it
until a trusted key stands behind it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx2

from assay.apps.client.passage import Door, Passage, Terms
from assay.apps.client.steps import run, run_async
from assay.apps.client.stream_reader import StreamReader
from assay.apps.client.verified import Verified

EXTENSION = "assay"
"""Name of the response's extension: a `Verified`, or of a stream the `StreamReader` that holds it in the end."""

_CUT = (httpx2.NetworkError, httpx2.ProtocolError)
"""How a connection ends before the answer does: to whoever waits for a receipt, an answer cut short."""

_Fetch = Callable[[str], bytes | None]
_AsyncFetch = Callable[[str], Awaitable[bytes | None]]


class VerifyingTransport(httpx2.BaseTransport):
    """Verifies what comes through ``inner``; by default, from the network."""

    def __init__(self, terms: Terms, inner: httpx2.BaseTransport | None = None) -> None:
        self._door = Door(terms)
        self._inner = httpx2.HTTPTransport() if inner is None else inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises `AnswerRefused` in place of an answer that does not verify, or `PaymentError` where none is bought."""
        if not self._door.admits(request):
            return self._inner.handle_request(request)
        passage = self._door.admit(request, request.read())
        response = self._inner.handle_request(request)
        try:
            while passage.is_asked_to_pay(response):
                response.read()  # to its end, so that the connection can take the payment
                response = self._inner.handle_request(passage.pay(response))
            return self._withhold(response, passage) if passage.expects_receipt(response) else response
        except BaseException:
            response.close()
            raise

    def close(self) -> None:
        self._inner.close()

    def _withhold(self, response: httpx2.Response, passage: Passage) -> httpx2.Response:
        assert isinstance(response.stream, httpx2.SyncByteStream)

        def fetch(path: str) -> bytes | None:
            return self._fetch(passage.lookup(path))

        if _is_stream(response):
            reader = run(passage.open_stream(), fetch)
            return _with_stream(response, _VerifiedStream(response.stream, reader, passage, fetch), reader)
        body = b"".join(response.stream)
        response.stream.close()
        verified = run(passage.read_body(response, body), fetch)
        return _with_stream(response, httpx2.ByteStream(body), verified)

    def _fetch(self, request: httpx2.Request) -> bytes | None:
        try:
            response = self._inner.handle_request(request)
        except httpx2.TransportError:
            return None
        body = response.read()
        return body if response.status_code == 200 else None


class AsyncVerifyingTransport(httpx2.AsyncBaseTransport):
    """The same on an event loop."""

    def __init__(self, terms: Terms, inner: httpx2.AsyncBaseTransport | None = None) -> None:
        self._door = Door(terms)
        self._inner = httpx2.AsyncHTTPTransport() if inner is None else inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises `AnswerRefused` in place of an answer that does not verify."""
        if not self._door.admits(request):
            return await self._inner.handle_async_request(request)
        passage = self._door.admit(request, await request.aread())
        response = await self._inner.handle_async_request(request)
        try:
            while passage.is_asked_to_pay(response):
                await response.aread()
                response = await self._inner.handle_async_request(passage.pay(response))
            return await self._withhold(response, passage) if passage.expects_receipt(response) else response
        except BaseException:
            await response.aclose()
            raise

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _withhold(self, response: httpx2.Response, passage: Passage) -> httpx2.Response:
        assert isinstance(response.stream, httpx2.AsyncByteStream)

        async def fetch(path: str) -> bytes | None:
            return await self._fetch(passage.lookup(path))

        if _is_stream(response):
            reader = await run_async(passage.open_stream(), fetch)
            return _with_stream(
                response, _AsyncVerifiedStream(response.stream, reader, passage, fetch), reader
            )
        body = b"".join([part async for part in response.stream])
        await response.stream.aclose()
        verified = await run_async(passage.read_body(response, body), fetch)
        return _with_stream(response, httpx2.ByteStream(body), verified)

    async def _fetch(self, request: httpx2.Request) -> bytes | None:
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.TransportError:
            return None
        body = await response.aread()
        return body if response.status_code == 200 else None


class _VerifiedStream(httpx2.SyncByteStream):
    def __init__(
        self, source: httpx2.SyncByteStream, reader: StreamReader, passage: Passage, fetch: _Fetch
    ) -> None:
        self._source = source
        self._reader = reader
        self._passage = passage
        self._fetch = fetch

    def __iter__(self) -> Iterator[bytes]:
        reader = self._reader
        for data in _until_cut(self._source):
            if released := reader.feed(data):
                yield b"".join(released)
            if reader.received is not None and reader.verified is None:
                verified = run(self._passage.conclude(reader.received), self._fetch)
                yield b"".join(reader.settle(verified))
        reader.end()

    def close(self) -> None:
        self._source.close()


class _AsyncVerifiedStream(httpx2.AsyncByteStream):
    def __init__(
        self, source: httpx2.AsyncByteStream, reader: StreamReader, passage: Passage, fetch: _AsyncFetch
    ) -> None:
        self._source = source
        self._reader = reader
        self._passage = passage
        self._fetch = fetch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        reader = self._reader
        async for data in _until_cut_async(self._source):
            if released := reader.feed(data):
                yield b"".join(released)
            if reader.received is not None and reader.verified is None:
                verified = await run_async(self._passage.conclude(reader.received), self._fetch)
                yield b"".join(reader.settle(verified))
        reader.end()

    async def aclose(self) -> None:
        await self._source.aclose()


def _with_stream(
    response: httpx2.Response,
    stream: httpx2.SyncByteStream | httpx2.AsyncByteStream,
    judged: Verified | StreamReader,
) -> httpx2.Response:
    """A new response: one that some inner transport has read already would hand out its body past the reader."""
    return httpx2.Response(
        response.status_code,
        headers=response.headers,
        stream=stream,
        extensions={**response.extensions, EXTENSION: judged},
    )


def _is_stream(response: httpx2.Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/event-stream")


def _until_cut(source: httpx2.SyncByteStream) -> Iterator[bytes]:
    try:
        yield from source
    except _CUT:
        return


async def _until_cut_async(source: httpx2.AsyncByteStream) -> AsyncIterator[bytes]:
    try:
        async for data in source:
            yield data
    except _CUT:
        return
