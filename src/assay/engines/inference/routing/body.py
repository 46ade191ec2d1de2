"""Change top-level members of a JSON object and leave every other byte as the client wrote it.

Parsing and writing anew would alter numbers beyond 64 bits, the spelling of floats and repeated keys. What a
provider is sent should be what the client sent, but for the members that had to change.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

import orjson

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}:,]', re.DOTALL)
"""A string, or a mark of structure (RFC 8259, 2). Numbers, literals and blanks lie between these."""

_BLANK = b" \t\n\r"


def with_replaced(body: bytes, members: Mapping[str, Any]) -> bytes:
    """``body``, a valid JSON object, with another value for those of ``members`` that it has.

    A key that occurs twice is replaced twice: which of the two a provider would read is not ours to guess.
    """
    parts: list[bytes] = []
    kept = 0
    for key, start, end in _members(body):
        if key in members:
            parts += (body[kept:start], orjson.dumps(members[key]))
            kept = end
    return b"".join((*parts, body[kept:]))


def with_added(body: bytes, members: Mapping[str, Any]) -> bytes:
    """``body``, a valid JSON object, with ``members`` that it does not have added at its end."""
    end = body.rindex(b"}")
    comma = b"" if body[:end].rstrip(_BLANK).endswith(b"{") else b","
    return b"".join((body[:end], comma, orjson.dumps(members)[1:-1], body[end:]))


def with_members(body: bytes, had: Container[str], members: Mapping[str, Any]) -> bytes:
    """``body``, a valid JSON object with the members ``had``, with ``members`` replaced in it or added."""
    old = {key: value for key, value in members.items() if key in had}
    new = {key: value for key, value in members.items() if key not in had}
    body = with_replaced(body, old) if old else body
    return with_added(body, new) if new else body


def _members(body: bytes) -> Iterator[tuple[str, int, int]]:
    """Each top-level member: its key, and where its value starts and ends."""
    depth = 0
    key = b""
    start = 0
    for token in _TOKEN.finditer(body):
        at = token.start()
        mark = body[at]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0 and start:
                yield orjson.loads(key), *_without_blanks(body, start, at)
        elif depth > 1:
            continue
        elif mark in b":":
            start = token.end()
        elif mark in b",":
            yield orjson.loads(key), *_without_blanks(body, start, at)
            start = 0
        elif not start:
            key = token.group()


def _without_blanks(body: bytes, start: int, end: int) -> tuple[int, int]:
    while body[start] in _BLANK:
        start += 1
    while body[end - 1] in _BLANK:
        end -= 1
    return start, end
