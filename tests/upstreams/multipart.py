"""Reading a multipart form (RFC 7578) from the whole body, every byte of a file untouched."""

from __future__ import annotations

import re
from email.message import Message

from tests.upstreams.ask import JSON, BadAsk


def read_form(content_type: str, body: bytes) -> JSON:
    """Name -> text, or bytes where the part carries a file. Of repeated names the last one counts."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise BadAsk(400, "This endpoint takes multipart/form-data.")
    _preamble, *parts, _epilogue = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    return dict(_read_part(part.removeprefix(b"\r\n")) for part in parts)


def _read_part(part: bytes) -> tuple[str, str | bytes]:
    head, _, value = part.partition(b"\r\n\r\n")
    name = re.search(rb'\bname="([^"]*)"', head)
    if name is None:
        raise BadAsk(400, "A part of the form has no name.")
    return name[1].decode(), value if b"filename=" in head else value.decode()
