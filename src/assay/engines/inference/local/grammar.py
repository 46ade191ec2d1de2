"""Which JSON Schemas llama.cpp can hold an answer to.

It turns a schema into a grammar and leaves out what a grammar cannot say, with a warning nobody sees. An
answer could then break the schema it was asked to keep, so that such a schema is refused instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter

_ANNOTATIONS = {"$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated"}
_KEPT = {
    *("type", "enum", "const", "required", "additionalProperties", "$ref"),
    *("minItems", "maxItems", "minLength", "maxLength"),
}
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_FORMATS = {"date", "time", "date-time", "uuid"}
_OF_NAMES = {"properties", "$defs", "definitions"}
_OF_LISTS = {"anyOf", "oneOf", "allOf", "prefixItems"}


def check_schema(schema: Any, path: str) -> None:
    """Pass a schema that the engine's grammar keeps in every word.

    Raises `UnsupportedParameter` naming the keyword it would leave out, or `InvalidParameter`.
    """
    if not isinstance(schema, dict):
        raise InvalidParameter(path, "a JSON Schema")
    for keyword, value in schema.items():
        if not _is_kept(keyword, value, schema):
            raise UnsupportedParameter(f"{path}.{keyword}", hint="the local engine cannot enforce it")
    for place, inner in _inner(schema):
        check_schema(inner, f"{path}.{place}")


def _is_kept(keyword: str, value: Any, schema: dict[str, Any]) -> bool:
    if keyword in _BOUNDS:
        return schema.get("type") == "integer"
    if keyword == "pattern":
        return isinstance(value, str) and value.startswith("^") and value.endswith("$")
    if keyword == "format":
        return value in _FORMATS
    return keyword in _KEPT | _ANNOTATIONS | _OF_NAMES | _OF_LISTS | {"items"}


def _inner(schema: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """The schemas directly within a schema, each with its place."""
    for keyword, value in schema.items():
        if keyword in _OF_NAMES and isinstance(value, dict):
            yield from ((f"{keyword}.{name}", inner) for name, inner in value.items())
        elif keyword in _OF_LISTS and isinstance(value, list):
            yield from ((f"{keyword}[{place}]", inner) for place, inner in enumerate(value))
        elif keyword == "items" or (keyword == "additionalProperties" and isinstance(value, dict)):
            yield keyword, value
