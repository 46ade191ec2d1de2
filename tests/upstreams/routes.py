"""Which path answers what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from tests.upstreams import (
    anthropic_messages,
    anthropic_models,
    openai_chat,
    openai_completions,
    openai_embeddings,
    openai_images,
    openai_responses,
    openai_stored,
)
from tests.upstreams.answer import compose
from tests.upstreams.ask import JSON, BadAsk
from tests.upstreams.delivery import send_events, send_whole
from tests.upstreams.dialect import Dialect
from tests.upstreams.directives import Fault, Script, parse
from tests.upstreams.exchanges import EXCHANGE, JOURNAL
from tests.upstreams.multipart import read_form

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def table() -> list[web.RouteDef]:
    return [
        web.post("/v1/chat/completions", generate(openai_chat)),
        web.get("/v1/chat/completions", reply(lambda request: openai_stored.chats())),
        web.get("/v1/chat/completions/{id}", reply(lambda request: openai_stored.chat(_id(request)))),
        web.post("/v1/chat/completions/{id}", reply(_update_chat)),
        web.delete("/v1/chat/completions/{id}", reply(_deleted("chat.completion.deleted"))),
        web.post("/v1/completions", generate(openai_completions)),
        web.post("/v1/responses", generate(openai_responses)),
        web.post("/v1/responses/compact", reply(lambda request: openai_stored.compacted(_json(request)))),
        web.get("/v1/responses/{id}", stored_response),
        web.post("/v1/responses/{id}/cancel", stored_response),
        web.delete("/v1/responses/{id}", reply(lambda request: None)),
        web.post("/v1/embeddings", embeddings),
        web.post("/v1/images/generations", generate_image),
        web.post("/v1/images/edits", edit_image),
        web.post("/v1/images/variations", edit_image),
        web.post("/v1/moderations", reply(lambda request: openai_stored.moderation(_json(request)))),
        web.get("/v1/models", reply(_models)),
        web.get("/v1/models/{id:.+}", reply(_model)),
        web.delete("/v1/models/{id:.+}", reply(_deleted("model"))),
        web.post("/v1/messages", generate(anthropic_messages)),
        web.post(
            "/v1/messages/count_tokens", reply(lambda request: anthropic_messages.count(_json(request)))
        ),
    ]


def generate(dialect: Dialect) -> Handler:
    """An endpoint that answers a prompt."""

    async def handle(request: web.Request) -> web.StreamResponse:
        body = _json(request)
        try:
            ask = dialect.read(body)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise BadAsk(
                400, f"The request does not have the shape this endpoint takes: {error!r}."
            ) from error
        script = parse(ask.text)
        await _obey(request, script, ask.text)
        answer = compose(ask, script)
        if ask.stream:
            events = dialect.events(body, ask, answer)
            return await send_events(request, request[EXCHANGE], script, dialect, events)
        return await send_whole(request, request[EXCHANGE], script, dialect.whole(body, ask, answer))

    return handle


def reply(make: Callable[[web.Request], JSON | None]) -> Handler:
    """An endpoint whose answer needs no script."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await send_whole(request, request[EXCHANGE], Script(), make(request))

    return handle


async def embeddings(request: web.Request) -> web.StreamResponse:
    body = _json(request)
    script = await _scripted(request, body.get("input"))
    return await send_whole(request, request[EXCHANGE], script, openai_embeddings.embed(body))


async def generate_image(request: web.Request) -> web.StreamResponse:
    return await _image(request, "image_generation", _json(request))


async def edit_image(request: web.Request) -> web.StreamResponse:
    return await _image(
        request, "image_edit", read_form(request.headers.get("content-type", ""), request[EXCHANGE].body)
    )


async def _image(request: web.Request, kind: str, ask: JSON) -> web.StreamResponse:
    script = await _scripted(request, ask.get("prompt"))
    if ask.get("stream") in (True, "true"):
        events = openai_images.events(kind, ask)
        return await send_events(request, request[EXCHANGE], script, openai_chat, events)
    return await send_whole(request, request[EXCHANGE], script, openai_images.whole(ask))


async def stored_response(request: web.Request) -> web.StreamResponse:
    body, ask, answer = openai_stored.response(_id(request))
    if request.query.get("stream") == "true":
        events = openai_responses.events(body, ask, answer)
        return await send_events(request, request[EXCHANGE], Script(), openai_responses, events)
    return await send_whole(request, request[EXCHANGE], Script(), openai_responses.whole(body, ask, answer))


def _update_chat(request: web.Request) -> JSON:
    return openai_stored.chat(_id(request), _json(request).get("metadata"))


def _deleted(kind: str) -> Callable[[web.Request], JSON]:
    return lambda request: openai_stored.deleted(_id(request), kind)


def _models(request: web.Request) -> JSON:
    return anthropic_models.models() if _speaks_anthropic(request) else openai_stored.models()


def _model(request: web.Request) -> JSON:
    describe = anthropic_models.model if _speaks_anthropic(request) else openai_stored.model
    return describe(_id(request))


def _speaks_anthropic(request: web.Request) -> bool:
    return "anthropic-version" in request.headers


async def _scripted(request: web.Request, prompt: Any) -> Script:
    message = prompt if isinstance(prompt, str) else ""
    script = parse(message)
    await _obey(request, script, message)
    return script


async def _obey(request: web.Request, script: Script, message: str) -> None:
    """Fail or hang before the answer begins, where the script says so."""
    if script.fault is Fault.HANG:
        await asyncio.Event().wait()
    if script.status == 200:
        return
    if script.failures and request.app[JOURNAL].count_failure(message) > script.failures:
        return
    raise BadAsk(script.status, f"Scripted failure {script.status}.", retry_after=script.retry_after)


def _json(request: web.Request) -> JSON:
    try:
        body = json.loads(request[EXCHANGE].body)
    except ValueError as error:
        raise BadAsk(400, "We could not parse the JSON body of your request.") from error
    if not isinstance(body, dict):
        raise BadAsk(400, "The body of your request is not a JSON object.")
    return body


def _id(request: web.Request) -> str:
    return request.match_info["id"]
