"""`GET /v1/models`: what can be called here, in the words of either dialect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from assay.engines.asgi import Scope, Send, respond_json
from assay.engines.inference.catalogue import Catalogue, Model, UnknownModel
from assay.services.gateway.asked import MalformedRequest

PATH = "/v1/models"
_PAGE = 20
"""Anthropic's page size where the caller names none."""
_LARGEST_PAGE = 1000


class ModelPages:
    """The listing and one page for each model."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def serve(self, scope: Scope, send: Send) -> None:
        """Raises `UnknownModel` or `MalformedRequest`."""
        name = scope["path"].removeprefix(PATH).removeprefix("/")
        if name:
            await respond_json(send, 200, describe(self._find(name)))
        elif any(header == b"anthropic-version" for header, _ in scope["headers"]):
            await respond_json(
                send, 200, self._page(dict(parse_qsl(scope["query_string"].decode("latin-1"))))
            )
        else:
            await respond_json(send, 200, {"object": "list", "data": self._listing()})

    def _listing(self) -> list[dict[str, Any]]:
        return [describe(model) for model in self._catalogue.models()]

    def _find(self, name: str) -> Model:
        for model in self._catalogue.models():
            if model.id == name:
                return model
        raise UnknownModel("There is no such model here.", hint="GET /v1/models lists them")

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Anthropic's cursor paging: at most ``limit`` models after ``after_id``, or before ``before_id``.

        A cursor that is no model's id is ignored, as if the model had left the list since.
        """
        models = self._listing()
        ids = [model["id"] for model in models]
        limit = _limit(query.get("limit"))
        backwards = query.get("before_id") in ids
        if backwards:
            end = ids.index(query["before_id"])
            begin = max(0, end - limit)
        else:
            begin = ids.index(query["after_id"]) + 1 if query.get("after_id") in ids else 0
            end = min(begin + limit, len(ids))
        return {
            "data": models[begin:end],
            "has_more": begin > 0 if backwards else end < len(ids),
            "first_id": ids[begin] if begin < end else None,
            "last_id": ids[end - 1] if begin < end else None,
        }


def _limit(text: str | None) -> int:
    if text is None:
        return _PAGE
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= _LARGEST_PAGE:
        raise MalformedRequest(f"`limit` is a number from 1 to {_LARGEST_PAGE}.", parameter="limit")
    return int(text)


def describe(model: Model) -> dict[str, Any]:
    """A model in the words of both dialects: OpenAI reads ``object``, Anthropic ``type`` and ``lifecycle``."""
    return {
        "id": model.id,
        "object": "model",
        "type": "model",
        "created": 0,
        "created_at": "1970-01-01T00:00:00Z",
        "owned_by": model.targets[0].provider,
        "display_name": f"{model.id} ({model.label})" if model.label else model.id,
        "lifecycle": "active",
        "max_input_tokens": model.context,
        "context_window": model.context,
        "price_micro_usd": None if model.price is None else model.price.to_json(),
        "targets": [str(target) for target in model.targets],
    }
