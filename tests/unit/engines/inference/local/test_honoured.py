"""Every field of a request to llama.cpp is honoured, or refused by its name."""

from __future__ import annotations

from typing import Any

import pytest

from assay.engines.inference.local.honoured import check_request
from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.parameters import InvalidParameter, UnsupportedParameter

HELLO = [{"role": "user", "content": "hello"}]


def chat(**fields: Any) -> None:
    check_request(Operation.CHAT, {"model": "m", "messages": HELLO} | fields)


def completion(**fields: Any) -> None:
    check_request(Operation.COMPLETIONS, {"model": "m", "prompt": "hello"} | fields)


def count(**fields: Any) -> None:
    check_request(Operation.COUNT_TOKENS, {"model": "m", "messages": HELLO} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"stream": True, "stream_options": {"include_usage": True}},
        {"max_tokens": 5, "max_completion_tokens": 6, "temperature": 0, "top_p": 0.5, "seed": 7, "stop": "x"},
        {"logprobs": True, "top_logprobs": 5, "logit_bias": {"33": -100}, "frequency_penalty": 0.2},
        {"response_format": {"type": "json_object"}, "user": "u", "metadata": {"a": "b"}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}}},
        {"tools": [], "tool_choice": "none", "n": 1, "store": False, "modalities": ["text"]},
        {"temperature": None, "tools": None, "n": None, "stop": None, "response_format": None, "seed": None},
        {"messages": [{"role": "system", "content": "s"}, *HELLO, {"role": "assistant", "content": "I"}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
    ],
)
def test_what_the_engine_honours_in_a_chat_passes(fields: dict[str, Any]) -> None:
    chat(**fields)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"n": 2}, "n"),
        ({"reasoning_effort": "high"}, "reasoning_effort"),
        ({"store": True}, "store"),
        ({"cache_prompt": True}, "cache_prompt"),
        ({"frobnicate": 1}, "frobnicate"),
        ({"messages": [{"role": "tool", "content": "5"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": "a", "name": "Ann"}]}, "messages[0].name"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]},
            "messages[0].content[0].type",
        ),
        ({"stream_options": {"more": 1}}, "stream_options.more"),
        ({"response_format": {"type": "grammar"}}, "response_format.type"),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "schema": {"uniqueItems": True}},
                }
            },
            "response_format.json_schema.schema.uniqueItems",
        ),
    ],
)
def test_what_the_engine_would_drop_from_a_chat_is_refused_by_name(
    fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(UnsupportedParameter) as refused:
        chat(**fields)
    assert refused.value.parameter == named


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"seed": -1}, "seed"),
        ({"seed": 2**32 - 1}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": -1}, "max_completion_tokens"),
        ({"stop": ""}, "stop"),
        ({"stop": [5]}, "stop"),
        ({"top_logprobs": 21}, "top_logprobs"),
        ({"logit_bias": [[33, -100]]}, "logit_bias"),
        ({"logit_bias": {"x": -100}}, "logit_bias"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": []}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": None}]}, "messages[0].content"),
        ({"response_format": "json"}, "response_format"),
    ],
)
def test_what_the_engine_would_bend_in_a_chat_is_refused_by_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        chat(**fields)
    assert refused.value.parameter == named


def test_a_completion_of_one_text_passes() -> None:
    completion(max_tokens=5, echo=False, best_of=1, suffix="")
    completion(prompt=["hello"])


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"echo": True}, "echo"), ({"best_of": 2}, "best_of"), ({"logprobs": 1}, "logprobs"), ({"n": 3}, "n")],
)
def test_what_the_engine_would_drop_from_a_completion_is_refused(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(UnsupportedParameter) as refused:
        completion(**fields)
    assert refused.value.parameter == named


@pytest.mark.parametrize("prompt", ["", [], ["a", "b"], [1, 2], None, 5])
def test_a_completion_of_anything_but_one_text_is_refused(prompt: Any) -> None:
    with pytest.raises(InvalidParameter, match="prompt"):
        completion(prompt=prompt)


def test_tokens_are_counted_for_text_only() -> None:
    count(system="be brief")
    count(system=[{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}])
    with pytest.raises(UnsupportedParameter) as refused:
        count(tools=[{"name": "f"}])
    assert refused.value.parameter == "tools"
