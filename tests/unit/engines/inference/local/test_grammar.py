from __future__ import annotations

from typing import Any

import pytest

from assay.engines.inference.local.grammar import check_schema
from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        {"type": "integer", "minimum": 1, "exclusiveMaximum": 9},
        {"type": "string", "pattern": "^[a-z]+$", "title": "T", "description": "d"},
        {"type": "string", "format": "date"},
        {"$defs": {"n": {"type": "number"}}, "type": "array", "items": {"$ref": "#/$defs/n"}, "maxItems": 3},
        # A property may be called like a keyword; it is a name there, not a keyword.
        {"type": "object", "properties": {"not": {"enum": [1, 2]}}},
    ],
)
def test_a_schema_that_a_grammar_can_say_passes(schema: dict[str, Any]) -> None:
    check_schema(schema, "schema")


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "number", "minimum": 0}, "schema.minimum"),
        ({"type": "string", "pattern": "a"}, "schema.pattern"),
        ({"type": "string", "format": "email"}, "schema.format"),
        ({"type": "array", "items": {"not": {}}}, "schema.items.not"),
        ({"properties": {"a": {"multipleOf": 2}}}, "schema.properties.a.multipleOf"),
        ({"anyOf": [{}, {"uniqueItems": True}]}, "schema.anyOf[1].uniqueItems"),
        (
            {"additionalProperties": {"patternProperties": {}}},
            "schema.additionalProperties.patternProperties",
        ),
    ],
)
def test_a_keyword_that_a_grammar_would_leave_out_is_named(schema: dict[str, Any], named: str) -> None:
    with pytest.raises(UnsupportedParameter) as refused:
        check_schema(schema, "schema")
    assert refused.value.parameter == named


@pytest.mark.parametrize("schema", [None, True, "x", {"items": True}])
def test_what_is_no_schema_object_is_refused(schema: Any) -> None:
    with pytest.raises(InvalidParameter):
        check_schema(schema, "schema")
