"""A multipart form (RFC 7578): read its texts, name another model in it, and leave every other byte as it came.

What the node reads here it charges for, and a provider reads the same bytes with a parser of its own. So a form that
two parsers could understand differently is refused: an unusual spelling costs a caller less than a wrong receipt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from assay.errors import AssayError

_READ = frozenset({"model", "n", "stream"})
"""Fields on which the node acts. Each may occur once, and as a text."""

_LONGEST_NUMBER = 6
"""Digits of ``n``."""

_UNUSUAL = re.compile(rb"\\|[^\r]\n|\r[^\n]")
"""In a part's headers: an escape, which some parsers undo, or half a line end, at which some break a line."""


class MalformedForm(AssayError):
    """The request is not a multipart form, or not one that everybody reads alike."""

    code = "invalid_form"
    hint = "send multipart/form-data with a boundary; the SDKs do it for you"


@dataclass(frozen=True, slots=True)
class _Part:
    """One part; its content is ``body[start:end]``."""

    name: str
    is_file: bool
    start: int
    end: int


def read_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Field name to text, of the parts that are no files; ``stream`` and ``n`` as JSON would have them.

    Of other texts that occur several times, such as ``include[]``, the last is kept. Raises `MalformedForm`.
    """
    texts: dict[str, str] = {}
    for part in _parts(_boundary(content_type), body):
        if part.name in _READ and (part.is_file or part.name in texts):
            raise MalformedForm(f"The form has `{part.name}` twice, or as a file.")
        if not part.is_file:
            texts[part.name] = _text(body[part.start : part.end])
    return {name: _value(name, text) for name, text in texts.items()}


def with_model(content_type: str, body: bytes, model: str) -> bytes:
    """``body``, a form that `read_form` has read, with ``model`` in place of the one it names, or added."""
    boundary = _boundary(content_type)
    name = model.encode()
    for part in _parts(boundary, body):
        if part.name == "model":
            return b"".join((body[: part.start], name, body[part.end :]))
    return b'--%s\r\nContent-Disposition: form-data; name="model"\r\n\r\n%s\r\n%s' % (boundary, name, body)


def _boundary(content_type: str) -> bytes:
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary or not boundary.isascii():
        raise MalformedForm("This endpoint takes multipart/form-data.")
    return boundary.encode()


def _parts(boundary: bytes, body: bytes) -> Iterator[_Part]:
    """The parts between delimiters (RFC 2046 §5.1.1), without the preamble, epilogue or padding it allows."""
    delimiter = b"\r\n--" + boundary
    at = len(delimiter) - 2
    if not body.startswith(delimiter[2:]):
        raise MalformedForm("The form does not begin with the boundary that its header names.")
    while body.startswith(b"\r\n", at):
        end = body.find(delimiter, at)
        blank = body.find(b"\r\n\r\n", at, end)
        if end < 0 or blank < 0:
            raise MalformedForm("The form breaks off.")
        yield _part(body[at + 2 : blank + 2], blank + 4, end)
        at = end + len(delimiter)
    if body[at:] not in (b"--", b"--\r\n"):
        raise MalformedForm("The form does not end where its last boundary says so.")


def _part(head: bytes, start: int, end: int) -> _Part:
    headers = HeaderParser().parsestr(_text(head))
    if _UNUSUAL.search(head) or "content-transfer-encoding" in headers:
        raise MalformedForm(
            "The form has a part that is written or encoded in a way that not everybody reads."
        )
    dispositions = headers.get_all("content-disposition", ())
    name = headers.get_param("name", header="content-disposition")
    if (
        len(dispositions) != 1
        or headers.get_content_disposition() != "form-data"
        or not isinstance(name, str)
    ):
        raise MalformedForm("The form has a part that is no form-data, or has no name.")
    return _Part(name, headers.get_param("filename", header="content-disposition") is not None, start, end)


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise MalformedForm("The form has a text that is not UTF-8.") from None


def _value(name: str, text: str) -> Any:
    if name == "stream" and text in ("true", "false"):
        return text == "true"
    if name != "n":
        return text
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise MalformedForm("`n` is a whole number.")
    return int(text)
