"""Server-sent events, one block at a time (WHATWG HTML, 9.2 "Server-sent events")."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from assay.engines.inference.provider import ProviderGarbage

DONE = b"[DONE]"
"""What a Chat Completions stream says, in place of JSON, when it is over."""


class Event(NamedTuple):
    """One event: its name (``message`` unless the block says otherwise) and its data, joined over lines."""

    name: str
    data: bytes

    def json(self) -> dict[str, Any]:
        """The data as a JSON object. Raises `ProviderGarbage` when it is none."""
        try:
            value = orjson.loads(self.data)
        except orjson.JSONDecodeError as error:
            raise ProviderGarbage("the provider streamed an event that is not JSON") from error
        if not isinstance(value, dict):
            raise ProviderGarbage("the provider streamed an event that is not a JSON object")
        return value


def parse(block: bytes) -> Event | None:
    """The event of one block; None when it only holds comments, as keep-alives do."""
    name = "message"
    data: list[bytes] = []
    for line in block.splitlines():
        field, _, value = line.partition(b":")
        if field == b"data":
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.removeprefix(b" ").decode("utf-8", "replace")
    return Event(name, b"\n".join(data)) if data else None


def encode(value: dict[str, Any], name: str | None = None) -> bytes:
    """A block of one JSON object; dialects without event names leave ``name`` out."""
    data = b"data: " + orjson.dumps(value) + b"\n\n"
    return data if name is None else b"event: " + name.encode() + b"\n" + data


def encode_done() -> bytes:
    return b"data: " + DONE + b"\n\n"
