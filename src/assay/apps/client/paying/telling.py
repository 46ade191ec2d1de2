"""Transports that answer as a gateway would where nothing is paid.

An SDK takes whatever a transport raises for a broken connection and asks again; it reads a 402, and does not.
"""

from __future__ import annotations

import httpx2

from assay.apps.client.spoken import spoken, status_of
from assay.trust.metering import PaymentError


class TellingTransport(httpx2.BaseTransport):
    """Turns a `PaymentError` of ``inner`` into a response."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._inner.handle_request(request)
        except PaymentError as error:
            return _response(request, error)

    def close(self) -> None:
        self._inner.close()


class AsyncTellingTransport(httpx2.AsyncBaseTransport):
    """The same on an event loop."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._inner.handle_async_request(request)
        except PaymentError as error:
            return _response(request, error)

    async def aclose(self) -> None:
        await self._inner.aclose()


def _response(request: httpx2.Request, error: PaymentError) -> httpx2.Response:
    return httpx2.Response(
        status_of(error),
        headers={"content-type": "application/json"},
        content=spoken(request.url.path, error),
    )
