"""Anthropic content blocks as chat content parts."""

from __future__ import annotations

from collections.abc import Iterator

from assay.engines.inference.translation.chat_parts import Part, image, text
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

_INLINE_HINT = (
    "send the bytes inline (source type `base64`); files are kept by the provider they were sent to"
)


def plain_texts(owner: Parameters, field: str) -> list[Part]:
    """Text blocks, or a string in their place, where nothing else is allowed."""
    parts: list[Part] = []
    for block in owner.content(field):
        with block:
            if block.required_text("type") != "text":
                raise InvalidParameter(block.named("type"), "`text`")
            parts.append(text_part(block))
    return parts


def text_part(block: Parameters) -> Part:
    """``cache_control`` stays behind: it sets a price, not the answer, and chat providers cache unasked."""
    block.take("cache_control")
    block.accept("citations", [])
    return text(block.required_text("text"))


def parts_of(kind: str, block: Parameters) -> Iterator[Part]:
    """The chat parts of one user block, or of one block inside a tool result or a document."""
    block.take("cache_control")
    if kind == "text":
        yield text_part(block)
    elif kind == "image":
        block.refuse("transformations", "transform the image before you send it")
        with block.object("source") as source:
            yield image(_image_url(source))
    elif kind == "document":
        yield from _document(block)
    elif kind == "search_result":
        yield from _search_result(block)
    else:
        raise block.unsupported(f"type={kind}")


def _image_url(source: Parameters) -> str:
    match source.required_text("type"):
        case "url":
            return source.required_text("url")
        case "base64":
            return f"data:{source.required_text('media_type')};base64,{source.required_text('data')}"
        case other:
            raise source.unsupported(f"type={other}", _INLINE_HINT)


def _document(block: Parameters) -> Iterator[Part]:
    """A PDF goes as a file; a text goes as text, after its title and context."""
    block.accept(
        "citations", {"enabled": False}, hint="ask for citations in words, or use a Messages provider"
    )
    title, context = block.text("title"), block.text("context")
    with block.object("source") as source:
        kind = source.required_text("type")
        if kind == "base64":
            if context:
                yield text(context)
            media_type, data = source.required_text("media_type"), source.required_text("data")
            name = title or "document.pdf"
            yield {
                "type": "file",
                "file": {"filename": name, "file_data": f"data:{media_type};base64,{data}"},
            }
        elif kind == "text":
            source.accept("media_type", "text/plain")
            yield text(_headed(title, context, source.required_text("data")))
        elif kind == "content":
            if title or context:
                yield text(_headed(title, context))
            for inner in source.content("content"):
                with inner:
                    yield from parts_of(inner.required_text("type"), inner)
        else:
            raise source.unsupported(f"type={kind}", _INLINE_HINT)


def _search_result(block: Parameters) -> Iterator[Part]:
    block.accept(
        "citations", {"enabled": False}, hint="ask for citations in words, or use a Messages provider"
    )
    title, source = block.required_text("title"), block.required_text("source")
    words = [part["text"] for part in plain_texts(block, "content")]
    yield text(_headed(title, source, *words))


def _headed(*paragraphs: str | None) -> str:
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
