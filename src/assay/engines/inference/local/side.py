"""The HTTP door to what llama.cpp does not serve: embeddings, pictures, and the list of what is carried."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import orjson

from assay.engines.inference.local.carried import EMBEDDING, LANGUAGE, PICTURES
from assay.engines.inference.local.embedding import EmbeddingModel
from assay.engines.inference.local.embedding_call import EmbeddingCall
from assay.engines.inference.local.picture_call import PictureCall
from assay.errors import AssayError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
T = TypeVar("T")

_MODELS = {
    "object": "list",
    "data": [
        {"id": model, "object": "model", "created": 0, "owned_by": "assay"}
        for model in (LANGUAGE, EMBEDDING, PICTURES)
    ],
}


class CallerLeft(Exception):
    """The connection was closed; there is nobody to answer."""


class SideApp:
    """A plain ASGI application. One call works at a time: neither engine gains from two at once."""

    def __init__(self, embedding: EmbeddingModel) -> None:
        self._embedding = embedding
        self._worker = ThreadPoolExecutor(max_workers=1)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            status, answer = await self._answer(f"{scope['method']} {scope['path']}", receive)
        except CallerLeft:
            return
        except AssayError as error:
            status, answer = 400, _refusal(error)
        body = orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY)
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, target: str, receive: Receive) -> tuple[int, dict[str, Any]]:
        match target:
            case "GET /health":
                return 200, {"status": "ok"}
            case "GET /v1/models":
                return 200, _MODELS
            case "POST /v1/embeddings":
                embedding = EmbeddingCall.read(await _json_object(receive))
                return 200, await _while_wanted(receive, embedding.answer(self._embedding, self._run))
            case "POST /v1/images/generations":
                picture = PictureCall.read(await _json_object(receive))
                return 200, await _while_wanted(receive, picture.answer(self._run))
        return 404, {"error": {"message": "nothing is served here", "type": "not_found_error"}}

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


async def _json_object(receive: Receive) -> dict[str, Any]:
    """The body. The parent has parsed it before, so that anything else is its mistake and ends in a 500."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeft
        body += message.get("body", b"")
        more = message.get("more_body", False)
    value: dict[str, Any] = orjson.loads(body)
    return value


async def _while_wanted(receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which is given up when the caller closes the connection."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(receive())
    await asyncio.wait((working, leaving), return_when=asyncio.FIRST_COMPLETED)
    leaving.cancel()
    if not working.done():
        working.cancel()
        raise CallerLeft
    return working.result()


def _refusal(error: AssayError) -> dict[str, Any]:
    """In OpenAI's shape, though its parent refuses most things before they come here."""
    sentence = f"{error.message} ({error.hint})" if error.hint else error.message
    parameter = getattr(error, "parameter", None)
    return {
        "error": {
            "message": sentence,
            "type": "invalid_request_error",
            "param": parameter,
            "code": error.code,
        }
    }
