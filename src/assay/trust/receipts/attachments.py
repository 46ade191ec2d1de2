"""Find what rides inside a request or an answer: images, audio and files, by value or by reference.

The rule is the same for every dialect, so that a verifier needs no table of them (docs/spec/receipt.md §5).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_INLINE_MEMBERS = frozenset({"file_data", "b64_json"})
_REFERENCE_MEMBERS = frozenset({"file_id", "file_url", "image_url"})

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


def may_hold_attachments(canonical: bytes) -> bool:
    """Whether canonical JSON can contain an attachment at all: a cheap test before the walk."""
    return any(sign in canonical for sign in _SIGNS)


def find_attachments(value: Any, pointer: str = "") -> Iterator[Attachment]:
    """Walk a JSON value in member order of its canonical form and yield each attachment."""
    if isinstance(value, dict):
        for name in sorted(value, key=lambda member: member.encode("utf-16-be", "surrogatepass")):
            member, here = value[name], f"{pointer}/{_escape(name)}"
            if isinstance(member, str):
                found = _attachment(value, name, member, pointer, here)
                if found is not None:
                    yield found
            else:
                yield from find_attachments(member, here)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_attachments(item, f"{pointer}/{index}")


def _attachment(holder: dict[str, Any], name: str, text: str, parent: str, here: str) -> Attachment | None:
    if text.startswith("data:"):
        _, comma, encoded = text.partition(";base64,")
        return Attachment(here, _decode(encoded) if comma else text.encode(), inline=True)
    in_holder = parent.rpartition("/")[2]
    if name in _INLINE_MEMBERS or (
        name == "data" and (holder.get("type") == "base64" or in_holder == "input_audio")
    ):
        return Attachment(here, _decode(text), inline=True)
    if name in _REFERENCE_MEMBERS or (
        name == "url" and (holder.get("type") == "url" or in_holder == "image_url")
    ):
        return Attachment(here, text.encode(), inline=False)
    return None


def _decode(encoded: str) -> bytes:
    """Base64 bytes, or the text itself where it is no base64: either way every character is committed to."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return encoded.encode()
    return content


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
