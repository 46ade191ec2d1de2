"""Find what rides inside a request or an answer: images, audio and files, by value or by reference.

The rule is the same for every dialect, so that a verifier needs no table of them (docs/spec/receipt.md §5).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_INLINE_MEMBERS = frozenset({"file_data", "b64_json"})
_REFERENCE_MEMBERS = frozenset({"file_id", "file_url", "image_url"})
_TELLING = _INLINE_MEMBERS | _REFERENCE_MEMBERS | {"input_audio"}
"""Names that make an attachment of what they name, or of something in it."""

_SIGNS = tuple(
    f'"{sign}'.encode()
    for sign in (
        "data:",
        'base64"',
        'input_audio"',
        'url"',
        *(f'{m}"' for m in _INLINE_MEMBERS | _REFERENCE_MEMBERS),
    )
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """``pointer`` is a JSON pointer (RFC 6901) to the string; ``content`` its decoded bytes.

    By reference (a URL or a file id), ``content`` is the reference itself: the bytes behind it are *not* covered.
    """

    pointer: str
    content: bytes
    inline: bool


def may_hold_attachments(name: str, canonical: bytes) -> bool:
    """Whether a member of this name and canonical JSON can hold an attachment: a cheap test before the walk."""
    if name in _TELLING:
        return True
    for sign in _SIGNS:  # noqa: SIM110 - a generator costs more than all it looks for
        if sign in canonical:
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands: its name, and the object it is a member of, with that object's own name."""

    name: str = ""
    holder: Mapping[str, Any] = field(default_factory=dict)
    holder_name: str = ""


_NOWHERE = _Place()


def find_attachments(value: Any) -> Iterator[Attachment]:
    """Walk a JSON value in member order of its canonical form and yield each attachment."""
    return _walk(value, "", _NOWHERE)


def _walk(value: Any, pointer: str, place: _Place) -> Iterator[Attachment]:
    if isinstance(value, str):
        found = _attachment(value, pointer, place)
        if found is not None:
            yield found
    elif isinstance(value, dict):
        for name in sorted(value, key=lambda member: member.encode("utf-16-be", "surrogatepass")):
            yield from _walk(value[name], f"{pointer}/{_escape(name)}", _Place(name, value, place.name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{pointer}/{index}", _NOWHERE)


def _attachment(text: str, here: str, place: _Place) -> Attachment | None:
    if text.startswith("data:"):
        _, comma, encoded = text.partition(";base64,")
        return Attachment(here, _decode(encoded) if comma else text.encode(), inline=True)
    if place.name in _INLINE_MEMBERS or (place.name == "data" and _says(place, "base64", "input_audio")):
        return Attachment(here, _decode(text), inline=True)
    if place.name in _REFERENCE_MEMBERS or (place.name == "url" and _says(place, "url", "image_url")):
        return Attachment(here, text.encode(), inline=False)
    return None


def _says(place: _Place, kind: str, holder_name: str) -> bool:
    """Whether the object around a member is of a kind, or bears a name, that makes an attachment of it."""
    return place.holder.get("type") == kind or place.holder_name == holder_name


def _decode(encoded: str) -> bytes:
    """Base64 bytes (RFC 4648 §4), or the text itself where it is none: either way every character is committed to."""
    if len(encoded) % 4 or len(encoded) - len(encoded.rstrip("=")) > 2:
        return encoded.encode()
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return encoded.encode()


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
