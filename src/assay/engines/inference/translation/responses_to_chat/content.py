"""Responses input content as chat content parts."""

from __future__ import annotations

from collections.abc import Iterator

from assay.engines.inference.translation.chat_parts import Part, text
from assay.engines.inference.translation.parameters import Parameters

_INLINE = "send the bytes inline; files are kept by the provider they were uploaded to"


def parts(owner: Parameters, field: str) -> Iterator[Part]:
    """The parts of an input message or of a function's output; a string is one text."""
    for part in owner.content(field, "input_text"):
        with part:
            part.take("prompt_cache_breakpoint")  # sets a price, not the answer
            match part.required_text("type"):
                case "input_text":
                    yield text(part.required_text("text"))
                case "input_image":
                    yield _image(part)
                case "input_file":
                    yield _file(part)
                case other:
                    raise part.unsupported(f"type={other}", "send text, images or files")


def assistant_parts(item: Parameters) -> Iterator[Part]:
    """What the assistant said earlier. Annotations and probabilities describe it and are not part of it."""
    for part in item.content("content", "output_text"):
        with part:
            match part.required_text("type"):
                case "output_text" | "input_text":
                    part.take("annotations")
                    part.take("logprobs")
                    yield text(part.required_text("text"))
                case "refusal":
                    yield {"type": "refusal", "refusal": part.required_text("refusal")}
                case other:
                    raise part.unsupported(f"type={other}")


def _image(part: Parameters) -> Part:
    part.refuse("file_id", _INLINE)
    image = {"url": part.required_text("image_url")}
    detail = part.take("detail")
    if detail not in (None, "auto"):
        image["detail"] = detail
    return {"type": "image_url", "image_url": image}


def _file(part: Parameters) -> Part:
    part.refuse("file_id", _INLINE)
    part.refuse("file_url", _INLINE)
    part.accept("detail", "auto")
    file = {"file_data": part.required_text("file_data")}
    part.carry(file, {"filename": "filename"})
    return {"type": "file", "file": file}
