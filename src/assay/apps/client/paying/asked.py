"""The request that is paid for, as a budget and a nonce look at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import httpx2
import orjson

from assay.engines.inference.operation import Operation
from assay.engines.inference.routing.form import MalformedForm, read_form


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    url: str
    """By which the client knows it."""
    body: bytes
    host: str
    model: str
    """Empty where the request names none."""

    @classmethod
    def of(cls, request: httpx2.Request, operation: Operation, body: bytes) -> Self:
        model = _members(request, operation, body).get("model")
        return cls(
            request.method,
            str(request.url),
            body,
            request.url.host,
            model if isinstance(model, str) else "",
        )

    def below(self, url: str) -> Self:
        """The same, known to the gateway by ``url``: one that is mounted below a path does not see that path.

        Only the beginning of our own path is believed not to be there.
        """
        mine, theirs = urlsplit(self.url), urlsplit(url)
        if not theirs.path or not mine.path.endswith(theirs.path):
            return self
        return replace(self, url=urlunsplit((mine.scheme, mine.netloc, theirs.path, mine.query, "")))


def _members(request: httpx2.Request, operation: Operation, body: bytes) -> dict[str, Any]:
    """What the body names; of a body that nobody can read, nothing: the gateway refuses it, not the budget."""
    try:
        if operation.is_form:
            return read_form(request.headers.get("content-type", ""), body)
        parsed = orjson.loads(body)
    except (orjson.JSONDecodeError, MalformedForm):
        return {}
    return parsed if isinstance(parsed, dict) else {}
