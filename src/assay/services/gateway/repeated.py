"""A member named twice in one JSON object, which the provider could read otherwise than the receipt says.

RFC 8259 §4 leaves it to each parser which of the two counts; RFC 7493 §2.3 forbids it.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from assay.errors import AssayError


class DuplicateMember(AssayError):
    """An object in the request names a member twice."""

    code = "duplicate_member"
    hint = "name each member once; which of two values counts would be the provider's guess"


def refuse_repeated_members(body: bytes, parsed: dict[str, Any]) -> None:
    """Raise `DuplicateMember` if any object in ``body``, from which ``parsed`` was read, has one."""
    if _writes_alike(body, parsed):
        return
    try:
        _DECODER.decode(body.decode())
    except RecursionError:
        return  # Too deep for a receipt as well: whoever makes one refuses it, in words of its own.


def _writes_alike(body: bytes, parsed: dict[str, Any]) -> bool:
    """Whether ``parsed`` is written again as it came: the cheap proof, for what SDKs mostly send."""
    try:
        return orjson.dumps(parsed) == body
    except orjson.JSONEncodeError:
        return False  # nested more deeply than this writer goes


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(members)
    if len(unique) != len(members):
        raise DuplicateMember("An object in the request has two members of one name.")
    return unique


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)
