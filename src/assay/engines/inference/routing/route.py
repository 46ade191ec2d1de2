"""One way to carry a client's call to a target: in which operation, with which bytes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from assay.engines.inference import translation
from assay.engines.inference.catalogue import Target
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import Provider, Request
from assay.engines.inference.routing.body import with_members
from assay.engines.inference.routing.form import with_model
from assay.engines.inference.translation import Translation
from assay.errors import AssayError

_TRANSLATABLE = (Operation.CHAT, Operation.MESSAGES, Operation.RESPONSES)
"""What a call may be translated to, the most faithful first."""

_USAGE_ON_REQUEST = (Operation.CHAT, Operation.COMPLETIONS)
"""Streams that tell their usage only when `stream_options.include_usage` asks for it."""


class OperationUnsupported(AssayError):
    """No provider of this model speaks the operation, nor one it could be translated to."""

    code = "operation_unsupported"
    hint = "ask another model, or use another endpoint with this one"


@dataclass(frozen=True, slots=True)
class Call:
    """What a client asked. ``parsed`` is the object, or the form's texts, that ``body`` holds; neither is changed."""

    operation: Operation
    body: bytes
    parsed: dict[str, Any]
    stream: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that may be passed on: ``anthropic-version``, ``anthropic-beta``, ...; of a form, its ``content-type``."""


@dataclass(frozen=True, slots=True)
class Route:
    """A call made ready for one target."""

    target: Target
    provider: Provider
    request: Request
    translation: Translation | None
    usage_injected: bool


def make_route(call: Call, target: Target, provider: Provider) -> Route:
    """Ready ``call`` for ``target``.

    In the provider's own dialect the client's bytes go out untouched, but for the model's name where it
    differs and the request for usage where it is missing. Otherwise they are translated.
    Raises `OperationUnsupported`, or what the translation refuses by name.
    """
    if call.operation in provider.speaks:
        return _straight(call, target, provider)
    for operation in _TRANSLATABLE:
        found = _find(call.operation, operation) if operation in provider.speaks else None
        if found is not None:
            return _translated(call, target, provider, found)
    raise OperationUnsupported(f"{target.provider} cannot answer {call.operation.value} for this model")


def _find(client: Operation, provider: Operation) -> Translation | None:
    return translation.find(client, provider, clock=lambda: int(time.time()))


def _straight(call: Call, target: Target, provider: Provider) -> Route:
    if call.operation.is_form:
        return _form(call, target, provider)
    changes: dict[str, Any] = {}
    if call.parsed.get("model") != target.model:
        changes["model"] = target.model
    usage = _ask_for_usage(call.operation, call.parsed) if call.stream else {}
    changes |= usage
    body = with_members(call.body, call.parsed, changes) if changes else call.body
    request = Request(call.operation, target.model, body, call.stream, call.headers)
    return Route(target, provider, request, translation=None, usage_injected=bool(usage))


def _form(call: Call, target: Target, provider: Provider) -> Route:
    """Of a form no more is changed than the model that it names, or that it leaves out."""
    body = call.body
    if call.parsed.get("model") != target.model:
        body = with_model(call.headers["content-type"], body, target.model)
    request = Request(call.operation, target.model, body, call.stream, call.headers)
    return Route(target, provider, request, translation=None, usage_injected=False)


def _translated(call: Call, target: Target, provider: Provider, found: Translation) -> Route:
    body = found.request(call.parsed) | {"model": target.model}
    if call.stream:
        body |= _ask_for_usage(found.provider, body)
    request = Request(found.provider, target.model, orjson.dumps(body), call.stream)
    # The translation reads the usage itself, so that there is nothing for the client to be spared.
    return Route(target, provider, request, found, usage_injected=False)


def _ask_for_usage(operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    """The member that makes a stream tell its usage; none where it will anyway, or where it is malformed."""
    options = body.get("stream_options") or {}
    if operation not in _USAGE_ON_REQUEST or not isinstance(options, dict) or options.get("include_usage"):
        return {}
    return {"stream_options": options | {"include_usage": True}}
