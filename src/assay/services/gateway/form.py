"""The texts of a multipart form (RFC 7578); its files stay where they are, in the request's bytes."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from assay.errors import AssayError


class MalformedForm(AssayError):
    """The request is not the multipart form that the endpoint takes."""

    code = "invalid_form"
    hint = "send multipart/form-data with a boundary; the SDKs do it for you"


def read_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Field name to text, for every part that is no file; ``stream`` and ``n`` as JSON would have them.

    Raises `MalformedForm`.
    """
    if not content_type.startswith("multipart/form-data"):
        raise MalformedForm("This endpoint takes multipart/form-data.")
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    if not message.is_multipart():
        raise MalformedForm("The form has no parts, or not the boundary it names.")
    return dict(field for part in message.walk() if (field := _field(part)) is not None)


def _field(part: Message) -> tuple[str, Any] | None:
    name = part.get_param("name", header="content-disposition")
    if not isinstance(name, str) or part.get_filename() is not None:
        return None
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    text = content.decode("utf-8", "replace").strip()
    if name == "stream":
        return name, text == "true"
    return name, int(text) if name == "n" and text.isdecimal() else text
