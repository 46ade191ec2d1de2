"""What a provider stores: earlier answers, fetched, listed, cancelled and deleted through the node.

Nothing is inferred here, so there is no receipt and no charge. All accounts of a node share its key at the provider,
and with it everything stored there: only an operator whose callers trust each other sets ``pass_through = true``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from assay.engines.asgi import Receive, Scope, Send, begin_stream, end_stream, read_body, send_part
from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.provider import Provider, Reply
from assay.engines.tlog.log import Log
from assay.errors import AssayError, ConfigError
from assay.services.gateway.asked import credential_of
from assay.services.gateway.departure import CancelledWhenClientLeaves
from assay.services.gateway.key_refused import check_key_accepted
from assay.services.gateway.store import ReceiptIndex
from assay.trust.envelope import Envelope
from assay.trust.metering import Meter
from assay.trust.receipts.statement import Statement

# An id goes into the path of a request with the node's key: nothing in it may lead anywhere else.
_ID = r"([A-Za-z0-9_-][A-Za-z0-9_.:-]*)"
_ROUTES = tuple(
    (method, re.compile(path.replace("ID", _ID)))
    for method, path in (
        ("GET", "/v1/chat/completions"),
        ("GET", "/v1/chat/completions/ID"),
        ("POST", "/v1/chat/completions/ID"),
        ("DELETE", "/v1/chat/completions/ID"),
        ("GET", "/v1/chat/completions/ID/messages"),
        ("GET", "/v1/responses/ID"),
        ("DELETE", "/v1/responses/ID"),
        ("POST", "/v1/responses/ID/cancel"),
        ("GET", "/v1/responses/ID/input_items"),
        ("DELETE", "/v1/models/ID"),
    )
)
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

    name: str

    async def forward(self, method: str, path: str, body: bytes, content_type: str) -> Reply:
        """``path`` is below the provider's ``/v1`` and includes the query."""


class Stored:
    """Passes requests for stored answers on to the provider that keeps them."""

    def __init__(
        self,
        catalogue: Catalogue,
        providers: Mapping[str, Provider],
        meter: Meter,
        index: ReceiptIndex,
        log: Log,
    ) -> None:
        """Raises `ConfigError` when a provider is opened that keeps nothing."""
        self._opened = {
            entry.name: _forwarding(providers[entry.name])
            for entry in catalogue.providers()
            if entry.pass_through
        }
        self._meter = meter
        self._index = index
        self._log = log

    def serves(self, method: str, path: str) -> bool:
        """Whether this is a request for something stored."""
        return _match(method, path) is not None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the provider's reply back as it comes.

        Raises `StoredAnswersOff`, `ProviderRefusedNode`, `ClientLeft`, and the errors of the meter and the provider.
        """
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        await self._meter.admit(credential_of(headers))
        method, path = scope["method"], scope["path"]
        provider = self._keeper(_match(method, path))
        body = await read_body(receive, _MAX_BODY, _BODY_SECONDS)
        query = scope["query_string"].decode("latin-1")
        below = path.removeprefix("/v1") + (f"?{query}" if query else "")
        async with CancelledWhenClientLeaves(receive):
            reply = await provider.forward(method, below, body, headers.get("content-type", ""))
            try:
                check_key_accepted(provider.name, reply.status)
                await begin_stream(send, reply.status, list(_handed_back(reply)))
                async for data in reply.chunks():
                    await send_part(send, data)
                await end_stream(send)
            finally:
                await reply.aclose()

    def _keeper(self, asked: re.Match[str] | None) -> Forwarding:
        """The provider that gave the answer, if there is a receipt for it; the first that is opened, if not."""
        index = self._index.find(asked[1]) if asked is not None and asked.lastindex else None
        if index is None:
            keeper = next(iter(self._opened.values()), None)
        else:
            statement = Statement.from_bytes(Envelope.from_bytes(self._log.entry(index)).payload)
            keeper = self._opened.get(statement.model.provider)
        if keeper is None:
            raise StoredAnswersOff("This node does not hand out what its providers store.")
        return keeper


def _match(method: str, path: str) -> re.Match[str] | None:
    for served, pattern in _ROUTES:
        if served == method and (match := pattern.fullmatch(path)) is not None:
            return match
    return None


def _forwarding(provider: Provider) -> Forwarding:
    if not isinstance(provider, Forwarding):
        raise ConfigError(
            f"the provider {provider.name} stores nothing that could be passed through",
            hint="take `pass_through` out of its table",
        )
    return provider


def _handed_back(reply: Reply) -> Iterable[tuple[bytes, bytes]]:
    for name in _HANDED_BACK:
        if name in reply.headers:
            yield name.encode(), reply.headers[name].encode("latin-1", "replace")
