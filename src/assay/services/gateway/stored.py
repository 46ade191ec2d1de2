"""What a provider stores: earlier answers, fetched, listed, cancelled and deleted through the node.

Nothing is inferred here, so there is no receipt and no charge. All accounts of a node share its key at the provider,
and with it everything stored there: only an operator whose callers trust each other sets ``pass_through = true``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.provider import Provider, Reply
from assay.errors import AssayError
from assay.services.gateway.asgi import Receive, Scope, Send, begin_stream, end_stream, read_body, send_part
from assay.services.gateway.asked import credential_of
from assay.trust.metering import Meter

_PATHS = {
    "GET": re.compile(r"/v1/(?:chat/completions(?:/[^/]+(?:/messages)?)?|responses/[^/]+(?:/input_items)?)"),
    "POST": re.compile(r"/v1/(?:chat/completions/[^/]+|responses/[^/]+/cancel)"),
    "DELETE": re.compile(r"/v1/(?:chat/completions|responses|models)/[^/]+"),
}
_HANDED_BACK = ("content-type", "x-request-id", "request-id", "retry-after")
_MAX_BODY = 1024 * 1024
_BODY_SECONDS = 30.0


class StoredAnswersOff(AssayError):
    """This node does not reach into what its providers store."""

    code = "stored_answers_off"
    hint = (
        "the operator can set `pass_through = true` on a provider if all callers of the node trust each other"
    )


@runtime_checkable
class Forwarding(Protocol):
    """A provider that takes any request of its API."""

    async def forward(self, method: str, path: str, body: bytes, content_type: str) -> Reply:
        """``path`` is below the provider's ``/v1`` and includes the query."""


class Stored:
    """Passes requests for stored answers on to the provider that was opened for it."""

    def __init__(self, catalogue: Catalogue, providers: Mapping[str, Provider], meter: Meter) -> None:
        opened = (providers[entry.name] for entry in catalogue.providers() if entry.pass_through)
        self._provider = next((provider for provider in opened if isinstance(provider, Forwarding)), None)
        self._meter = meter

    def serves(self, method: str, path: str) -> bool:
        """Whether this is a request for something stored."""
        pattern = _PATHS.get(method)
        return pattern is not None and pattern.fullmatch(path) is not None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the provider's reply back as it comes. Raises `StoredAnswersOff` and the meter's errors."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        (await self._meter.reserve(credential_of(headers), 0)).release()
        if self._provider is None:
            raise StoredAnswersOff("This node hands out no stored answers.")
        body = await read_body(receive, _MAX_BODY, _BODY_SECONDS)
        path = scope["raw_path"].decode("latin-1").removeprefix("/v1")
        query = scope["query_string"].decode("latin-1")
        target = f"{path}?{query}" if query else path
        reply = await self._provider.forward(scope["method"], target, body, headers.get("content-type", ""))
        try:
            await begin_stream(send, reply.status, list(_handed_back(reply)))
            async for data in reply.chunks():
                await send_part(send, data)
            await end_stream(send)
        finally:
            await reply.aclose()


def _handed_back(reply: Reply) -> Iterable[tuple[bytes, bytes]]:
    for name in _HANDED_BACK:
        if name in reply.headers:
            yield name.encode(), reply.headers[name].encode("latin-1", "replace")
