"""`GET /v1/models`: what can be called here, in the words of either dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from assay.engines.inference.catalogue import Catalogue, Model, UnknownModel
from assay.services.gateway.asgi import Scope, Send, respond_json

PATH = "/v1/models"
_PAGE = 20
"""Anthropic's page size where the caller names none."""


class ModelPages:
    """The listing and one page for each model."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def serve(self, scope: Scope, send: Send) -> None:
        """Raises `UnknownModel`."""
        name = unquote(scope["path"].removeprefix(PATH).removeprefix("/"))
        if name:
            await respond_json(send, 200, describe(self._find(name)))
        elif any(header == b"anthropic-version" for header, _ in scope["headers"]):
            await respond_json(send, 200, self._page(parse_qs(scope["query_string"].decode("latin-1"))))
        else:
            await respond_json(send, 200, {"object": "list", "data": self._listing()})

    def _listing(self) -> list[dict[str, Any]]:
        return [describe(model) for model in self._catalogue.models()]

    def _find(self, name: str) -> Model:
        for model in self._catalogue.models():
            if model.id == name:
                return model
        raise UnknownModel("There is no such model here.", hint="GET /v1/models lists them")

    def _page(self, query: Mapping[str, list[str]]) -> dict[str, Any]:
        """Anthropic's cursor paging: at most ``limit`` models after ``after_id`` or before ``before_id``."""
        models = self._listing()
        ids = [model["id"] for model in models]
        limit = int(query["limit"][0]) if query.get("limit", [""])[0].isdecimal() else _PAGE
        begin, end = 0, len(models)
        if (after := query.get("after_id", [""])[0]) in ids:
            begin = ids.index(after) + 1
        if (before := query.get("before_id", [""])[0]) in ids:
            end = ids.index(before)
            begin = max(begin, end - limit)
        page = models[begin:end][:limit]
        return {
            "data": page,
            "has_more": begin + len(page) < len(models),
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        }


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
