"""The text and the attachments in OpenAI's content: a string or a list of parts."""

from __future__ import annotations

from typing import Any

from tests.upstreams.attachments import Attachment


def text_of(content: Any) -> str:
    """All the text in a message content of chat completions or responses."""
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content or () if isinstance(part.get("text"), str))


def attachments_of(content: Any) -> tuple[Attachment, ...]:
    if isinstance(content, str):
        return ()
    return tuple(found for part in content or () if (found := _attachment(part)) is not None)


def _attachment(part: dict[str, Any]) -> Attachment | None:
    match part.get("type"):
        case "image_url":
            return Attachment.from_url(part["image_url"]["url"])
        case "input_image":
            return Attachment.from_url(part.get("image_url") or part["file_id"])
        case "input_audio":
            audio = part["input_audio"]
            return Attachment.from_base64(f"audio/{audio['format']}", audio["data"])
        case "file":
            return Attachment.from_url(part["file"].get("file_data") or part["file"]["file_id"])
        case "input_file":
            return Attachment.from_url(part.get("file_data") or part.get("file_url") or part["file_id"])
        case _:
            return None
