"""One inference call, from the request's first byte to the charge.

    read -> understand -> commit to the request -> reserve -> route -> pass the answer on -> receipt and charge

Reserved money is given back on every way out on which nothing was delivered, and the provider's connection is closed on
all of them.
"""

from __future__ import annotations

from collections.abc import Callable

from assay.engines.asgi import (
    JSON,
    Receive,
    Scope,
    Send,
    check_declared_size,
    read_body,
    respond,
)
from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.routing import Answer, Router
from assay.services.gateway.addendum import Addendum
from assay.services.gateway.asked import Asked, understand
from assay.services.gateway.departure import CancelledWhenClientLeaves
from assay.services.gateway.ending import OpenCall, commit_to_request
from assay.services.gateway.estimate import estimate
from assay.services.gateway.key_refused import check_key_accepted
from assay.services.gateway.metrics import Metrics
from assay.services.gateway.notary import Notary
from assay.services.gateway.refusals import translate_error
from assay.services.gateway.streamed_answer import StreamedAnswer
from assay.services.gateway.tracing import Tracing
from assay.services.gateway.whole_answer import MAX_ANSWER_BYTES, answer_whole
from assay.trust.metering import Meter

_PASSED_ON = ("retry-after", "request-id", "x-request-id")


class Calls:
    """Answers inference calls with what the node has: models, providers, a meter, a notary."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        router: Router,
        meter: Meter,
        notary: Notary,
        metrics: Metrics,
        tracing: Tracing,
        max_body: int,
        body_seconds: float,
        addendum: Callable[[Asked], Addendum | None] | None = None,
    ) -> None:
        """``addendum``: what a call's answer carries, where callers may ask for more than their dialect has."""
        self._catalogue = catalogue
        self._router = router
        self._meter = meter
        self._notary = notary
        self._metrics = metrics
        self._tracing = tracing
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._addendum = addendum

    async def answer(self, operation: Operation, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call. Raises `AssayError` as long as no response has begun, and `ClientLeft`."""
        check_declared_size(scope, self._max_body)
        body = await read_body(receive, self._max_body, self._body_seconds)
        asked = understand(operation, scope, body, self._catalogue)
        self._notary.check_writable()
        opening, claim = commit_to_request(asked)
        addendum = None if self._addendum is None else self._addendum(asked)
        maximum = estimate(asked.price, operation, asked.call.parsed, len(body))
        reservation = await self._meter.reserve(asked.purchase(maximum))
        try:
            async with CancelledWhenClientLeaves(receive) as watch:
                with (
                    self._metrics.call(operation, asked.model.id) as measured,
                    self._tracing.call(operation, asked.model.id, scope["headers"]) as span,
                ):
                    answer = await self._router.answer(asked.call, asked.model)
                    measured.answered_by(answer.target.provider, answer.reply.status)
                    span.answered_by(answer.target.provider, answer.reply.status)
                    try:
                        call = OpenCall(
                            asked, opening, claim, reservation, self._notary, measured, span, addendum
                        )
                        await _pass_on(call, answer, watch, send)
                    finally:
                        await answer.reply.aclose()
        finally:
            reservation.release()


async def _pass_on(call: OpenCall, answer: Answer, watch: CancelledWhenClientLeaves, send: Send) -> None:
    if not 200 <= answer.reply.status < 300:
        await _refuse(call.asked, answer, send)
    elif call.asked.call.stream and "event-stream" in answer.reply.headers.get("content-type", ""):
        await StreamedAnswer(call, answer, watch, send).run()
    else:
        await answer_whole(call, answer, send)


async def _refuse(asked: Asked, answer: Answer, send: Send) -> None:
    """Hand on a provider's own error: untouched in the client's dialect, its sentence kept in another one.

    Raises `ProviderRefusedNode` where the provider's words are about the node's key, and `ProviderGarbage` where it
    sends the node elsewhere: prompts and keys go nowhere that nobody configured.
    """
    check_key_accepted(answer.target.provider, answer.reply.status)
    if answer.reply.status < 400:
        raise ProviderGarbage(f"{answer.target.provider} neither answered nor refused.")
    body = await answer.reply.read(MAX_ANSWER_BYTES)
    dialect = asked.call.operation.dialect
    if answer.operation.dialect is not dialect or not body.lstrip().startswith(b"{"):
        body = translate_error(dialect, answer.reply.status, body)
    headers = [
        (name.encode(), answer.reply.headers[name].encode("latin-1", "replace"))
        for name in _PASSED_ON
        if name in answer.reply.headers
    ]
    await respond(send, answer.reply.status, body, JSON, *headers)
