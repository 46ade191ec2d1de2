"""Somebody on the way between client and gateway, who changes what passes."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

Change = Callable[[bytes], bytes]


class Meddler(httpx2.BaseTransport):
    """Carries requests to the network, counts them, and changes the bytes of each answer to a call."""

    def __init__(self, change: Change = bytes) -> None:
        self._network = httpx2.HTTPTransport()
        self._change = change
        self.calls = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = self._network.handle_request(request)
        if request.method == "POST":
            self.calls += 1
            return _changed(response, self._change(response.read()))
        return response

    def close(self) -> None:
        self._network.close()


class AsyncMeddler(httpx2.AsyncBaseTransport):
    """The same on an event loop."""

    def __init__(self, change: Change = bytes) -> None:
        self._network = httpx2.AsyncHTTPTransport()
        self._change = change
        self.calls = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._network.handle_async_request(request)
        if request.method == "POST":
            self.calls += 1
            return _changed(response, self._change(await response.aread()))
        return response

    async def aclose(self) -> None:
        await self._network.aclose()


def _changed(response: httpx2.Response, body: bytes) -> httpx2.Response:
    kept = {
        name: value for name, value in response.headers.items() if name.startswith(("content-type", "assay"))
    }
    return httpx2.Response(response.status_code, headers=kept, content=body)
