"""The instances that the scripted upstream answers with satisfy their schemas, by pydantic's judgement."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, create_model
from tests.upstreams.schema_instance import instance_of


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Tree(BaseModel):
    """Refers to itself in each of the ways that end."""

    name: str
    parent: Tree | None = None
    children: list[Tree]


def _bounded(low: int, span: int) -> list[Any]:
    return [
        Annotated[int, Ge(low), Le(low + span)],
        Annotated[int, Gt(low), Lt(low + span + 2)],
        Annotated[float, Ge(low), Le(low + span)],
        Annotated[int, Ge(low), MultipleOf(3)],
        Annotated[str, MinLen(span), MaxLen(span + 2)],
        Annotated[list[int], MinLen(span % 4), MaxLen(span % 4 + 1)],
    ]


leaves = st.one_of(
    st.sampled_from([int, str, bool, float, Colour, Literal["a", 2], tuple[int, str], dict[str, int], None]),
    st.builds(_bounded, st.integers(-50, 50), st.integers(0, 20)).flatmap(st.sampled_from),
)


def _object_of(kinds: list[Any]) -> type[BaseModel]:
    fields: dict[str, Any] = {f"field_{number}": (kind, ...) for number, kind in enumerate(kinds)}
    return create_model("Generated", **fields)


types = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map(list.__class_getitem__),
        inner.map(lambda kind: kind and kind | None),
        st.lists(inner, max_size=4).map(_object_of),
    ),
    max_leaves=8,
)


@given(st.lists(types, max_size=4).map(_object_of), st.text())
def test_instance_satisfies_its_schema(model: type[BaseModel], prompt: str) -> None:
    model.model_validate(instance_of(model.model_json_schema(), prompt), strict=False)


def test_schemas_that_refer_to_themselves_end() -> None:
    Tree.model_validate(instance_of(Tree.model_json_schema()))


def test_the_prompt_fills_the_instance() -> None:
    schema = {"type": "object", "properties": {"who": {"type": "string"}, "age": {"type": "integer"}}}
    assert instance_of(schema, "'Ada' is 36.") == {"who": "Ada", "age": 36}


def test_what_is_no_schema_still_gets_an_answer() -> None:
    assert instance_of({"foo": "bar"}) == "text"
    assert instance_of({"type": "object", "properties": {"a": "bar"}}) == {"a": "text"}
