"""One call as the gateway understood it: who asks, for what, and what they said about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from assay.engines.asgi import Scope
from assay.engines.inference.catalogue import Catalogue, Model
from assay.engines.inference.operation import Operation
from assay.engines.inference.routing import Call
from assay.engines.inference.routing.form import read_form
from assay.errors import AssayError
from assay.services.gateway.repeated import refuse_repeated_members
from assay.trust.metering import Purchase
from assay.trust.receipts.delivery import NONCE_HEADER
from assay.trust.receipts.predicate import Price

_FORWARDED = frozenset({"anthropic-version", "anthropic-beta", "openai-beta", "idempotency-key"})
_FREE = Price()
_NONCE = re.compile(r"[\x21-\x7e]{1,128}")


class MalformedRequest(AssayError):
    """The body is not a JSON object, or a member that every call needs is missing."""

    code = "invalid_request"

    def __init__(self, message: str, *, hint: str | None = None, parameter: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been read, but not yet paid for or sent on."""

    call: Call
    model: Model
    method: str
    target: str
    """Path and query, as they were asked for."""
    headers: Mapping[str, str]
    nonce: str

    def purchase(self, maximum: int) -> Purchase:
        """What is to be paid for, if the call may come to ``maximum`` micro-USD."""
        return Purchase(
            credential=credential_of(self.headers),
            method=self.method,
            target=self.target,
            headers=self.headers,
            body=self.call.body,
            model=self.model.id,
            maximum=maximum,
        )

    @property
    def price(self) -> Price:
        """What the call is charged by; nothing, where nobody has to set a price."""
        return self.model.price or _FREE


def understand(operation: Operation, scope: Scope, body: bytes, catalogue: Catalogue) -> Asked:
    """Read a request.

    Raises `MalformedRequest`, `MalformedForm`, `DuplicateMember`, `UnknownModel` or `UnpricedModel`.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    parsed = read_form(headers.get("content-type", ""), body) if operation.is_form else _parse(body)
    model = _find(operation, parsed.get("model"), catalogue)
    stream = parsed.get("stream") or False
    if not isinstance(stream, bool):
        raise MalformedRequest("`stream` is true or false.", parameter="stream")
    nonce = headers.get(NONCE_HEADER, "")
    if nonce and not _NONCE.fullmatch(nonce):
        raise MalformedRequest(f"The {NONCE_HEADER} header is not 1 to 128 printable characters.")
    passed = _FORWARDED | {"content-type"} if operation.is_form else _FORWARDED
    forwarded = {name: value for name, value in headers.items() if name in passed}
    call = Call(operation, body, parsed, stream, forwarded)
    return Asked(call, model, scope["method"], target_of(scope), headers, nonce)


def _find(operation: Operation, name: Any, catalogue: Catalogue) -> Model:
    if name is None and (default := catalogue.default(operation)) is not None:
        return default
    if not isinstance(name, str) or not name:
        raise MalformedRequest(
            "The request names no model.", hint="GET /v1/models lists them", parameter="model"
        )
    return catalogue.find(name)


def target_of(scope: Scope) -> str:
    """Path and query of a request, as its first line had them."""
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


def credential_of(headers: Mapping[str, str]) -> str:
    """The API key: Anthropic's header, or the bearer token (RFC 6750); empty when there is none."""
    key = headers.get("x-api-key")
    if key is not None:
        return key.strip()
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _parse(body: bytes) -> dict[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedRequest(
            f"The request is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    if not isinstance(parsed, dict):
        raise MalformedRequest("The request is not a JSON object.")
    refuse_repeated_members(body, parsed)
    return parsed
