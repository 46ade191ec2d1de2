"""An instance of a JSON Schema, filled with what the prompt mentions.

Numbers take the integers of the prompt in order, strings its quoted words, so that "add 3 and 4" calls an
adder with 3 and 4. ``pattern`` is not honoured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 6
"""Below this, optional properties and optional array items are left out: schemas may refer to themselves."""


class Mentions:
    """The integers and the quoted words of a prompt, each handed out once."""

    def __init__(self, prompt: str) -> None:
        self._integers = iter([int(number) for number in re.findall(r"(?<![\w.])-?\d+(?![\w.]*\d)", prompt)])
        self.quoted = re.findall(r"(?<!\w)['\"“](.+?)['\"”](?!\w)", prompt)
        self._strings = iter(self.quoted)

    def integer(self) -> int | None:
        return next(self._integers, None)

    def string(self) -> str | None:
        return next(self._strings, None)


def instance_of(schema: Any, prompt: str = "") -> Any:
    """An instance that satisfies ``schema`` (draft 2020-12, as far as providers accept it)."""
    return _Filler(schema, Mentions(prompt)).fill(schema, 0)


_FORMATS = {
    "date": "2026-11-24",
    "time": "12:00:00Z",
    "date-time": "2026-11-24T12:00:00Z",
    "uuid": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
    "email": "someone@example.org",
    "uri": "https://example.org/",
    "ipv4": "192.0.2.1",
}


@dataclass(slots=True)
class _Filler:
    root: Any
    mentions: Mentions

    def fill(self, schema: Any, depth: int) -> Any:
        if not isinstance(schema, dict):
            return "text"
        if "$ref" in schema:
            return self.fill(self._resolve(schema["$ref"]), depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if "allOf" in schema:
            return self.fill(self._merge(schema), depth)
        for union in ("anyOf", "oneOf"):
            if union in schema:
                return self.fill(self._choose(schema[union], depth), depth)
        return self._fill_type(schema, depth)

    def _fill_type(self, schema: dict[str, Any], depth: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "null")
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer":
                return int(self._number(schema, step=schema.get("multipleOf", 1)))
            case "number":
                return self._number(schema, step=schema.get("multipleOf", 0.5))
            case "boolean":
                return True
            case "null":
                return None
            case _:
                return self._string(schema)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        wanted = (
            required if depth > MAX_DEPTH else [*properties, *(n for n in required if n not in properties)]
        )
        return {name: self.fill(properties.get(name, True), depth + 1) for name in wanted}

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        prefix = [self.fill(item, depth + 1) for item in schema.get("prefixItems", [])]
        natural = 0 if depth > MAX_DEPTH or "items" not in schema else len(prefix) + 1
        length = max(schema.get("minItems", 0), min(natural, schema.get("maxItems", natural)))
        return prefix + [self.fill(schema.get("items"), depth + 1) for _ in range(length - len(prefix))]

    def _number(self, schema: dict[str, Any], *, step: float) -> float:
        low: float = schema.get("minimum", schema.get("exclusiveMinimum", float("-inf")))
        high: float = schema.get("maximum", schema.get("exclusiveMaximum", float("inf")))
        low += step if "exclusiveMinimum" in schema and "minimum" not in schema else 0
        high -= step if "exclusiveMaximum" in schema and "maximum" not in schema else 0
        mentioned = self.mentions.integer()
        value = min(max(1 if mentioned is None else mentioned, low), high)
        return value if "multipleOf" not in schema else -(-value // step) * step

    def _string(self, schema: dict[str, Any]) -> str:
        if schema.get("format") in _FORMATS:
            return _FORMATS[schema["format"]]
        text = self.mentions.string() or "text"
        return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]

    def _choose(self, options: list[Any], depth: int) -> Any:
        null = {"type": "null"}
        if depth > MAX_DEPTH and null in options:
            return null
        return next((option for option in options if option != null), null)

    def _merge(self, schema: dict[str, Any]) -> dict[str, Any]:
        merged: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            resolved = self._resolve(part["$ref"]) if "$ref" in part else part
            for key, value in resolved.items():
                merged[key] = {**merged.get(key, {}), **value} if key == "properties" else value
        return merged

    def _resolve(self, reference: str) -> Any:
        """Follow a local JSON Pointer (RFC 6901)."""
        target = self.root
        for token in reference.removeprefix("#").strip("/").split("/"):
            target = target[token.replace("~1", "/").replace("~0", "~")] if token else target
        return target
