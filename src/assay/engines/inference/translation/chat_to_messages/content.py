"""Chat content parts as Anthropic content blocks."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

Block = dict[str, Any]


def texts(message: Parameters) -> list[Block]:
    """The content of a message that may hold nothing but text."""
    blocks: list[Block] = []
    for part in message.content("content"):
        with part:
            if part.required_text("type") != "text":
                raise InvalidParameter(part.named("type"), "`text`")
            blocks.append(text_block(part))
    return blocks


def text_block(part: Parameters) -> Block:
    return _cached(part, {"type": "text", "text": part.required_text("text")})


def user_blocks(message: Parameters) -> Iterator[Block]:
    for part in message.content("content"):
        with part:
            match part.required_text("type"):
                case "text":
                    yield text_block(part)
                case "image_url":
                    yield _cached(part, _image(part))
                case "file":
                    yield _cached(part, _document(part))
                case other:
                    raise part.unsupported(f"type={other}", "send text, images or documents")


def _cached(part: Parameters, block: Block) -> Block:
    """A part may carry Anthropic's own ``cache_control``, as OpenRouter has it; OpenAI's cache marks count in
    units that Anthropic has not, and set a price, not the answer."""
    part.take("prompt_cache_breakpoint")
    part.carry(block, {"cache_control": "cache_control"})
    return block


def _image(part: Parameters) -> Block:
    with part.object("image_url") as image:
        image.accept("detail", "auto", "high", hint="scale the image before you send it")
        return {"type": "image", "source": _source(image, "url")}


def _document(part: Parameters) -> Block:
    with part.object("file") as file:
        file.refuse(
            "file_id", "send the bytes inline in `file_data`; files stay with the provider they went to"
        )
        source = _source(file, "file_data")
        if source.get("media_type") == "text/plain":
            words = b64decode(source["data"]).decode("utf-8", "replace")
            source = {"type": "text", "media_type": "text/plain", "data": words}
        document: Block = {"type": "document", "source": source}
        file.carry(document, {"filename": "title"})
        return document


def _source(owner: Parameters, field: str) -> dict[str, Any]:
    """Inline bytes come as a data URI (RFC 2397), all else is an address."""
    url = owner.required_text(field)
    if not url.startswith("data:"):
        return {"type": "url", "url": url}
    media_type, separator, data = url.removeprefix("data:").partition(";base64,")
    if not separator:
        raise InvalidParameter(owner.named(field), "a URL or a base64 data URI")
    return {"type": "base64", "media_type": media_type, "data": data}
