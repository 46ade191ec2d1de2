"""A Chat Completions client before Anthropic."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.engines.inference.translation.pairs import CHAT_TO_MESSAGES, refused, stream

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import DEFAULT_MAX_TOKENS, InvalidParameter, find
from assay.engines.inference.translation.sse import encode, encode_done

Fields = dict[str, Any]

FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
OTHER = {"type": "function", "function": {"name": "g", "parameters": {"type": "object"}}}


def request(**fields: Any) -> Fields:
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}], **fields}


def translated(**fields: Any) -> Fields:
    return CHAT_TO_MESSAGES.request(request(**fields))


def conversation(*messages: Fields) -> Fields:
    return translated(messages=list(messages))


def message(*content: Fields, **fields: Any) -> Fields:
    return {
        "id": "msg_1",
        "model": "claude",
        "content": list(content),
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 4},
        **fields,
    }


def test_plain_request_gets_a_bound() -> None:
    assert translated(temperature=1, stop="x") == {
        "model": "m",
        "max_tokens": DEFAULT_MAX_TOKENS,
        "messages": [{"role": "user", "content": "hello"}],
        "temperature": 1,
        "stop_sequences": ["x"],
    }


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_bound_by_either_name(name: str) -> None:
    assert translated(**{name: 7})["max_tokens"] == 7


def test_leading_instructions_are_the_system_prompt_and_later_ones_stay() -> None:
    body = conversation(
        {"role": "system", "content": "one"},
        {"role": "developer", "content": [{"type": "text", "text": "two"}]},
        {"role": "user", "content": "hello"},
        {"role": "system", "content": "three"},
    )
    assert [block["text"] for block in body["system"]] == ["one", "two"]
    assert body["messages"][1] == {"role": "system", "content": "three"}


def test_parallel_results_and_what_follows_are_one_turn() -> None:
    body = conversation(
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "2"}], "name": "f"},
        {"role": "user", "content": "and now?"},
    )
    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "1"},
                {"type": "tool_result", "tool_use_id": "b", "content": "2"},
                {"type": "text", "text": "and now?"},
            ],
        }
    ]


def test_cache_control_goes_through() -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    body = translated(
        messages=[
            {"role": "system", "content": [{"type": "text", "text": "s", **mark}]},
            {"role": "user", "content": [{"type": "text", "text": "u", **mark}]},
        ],
        tools=[FUNCTION | mark],
    )
    assert body["system"] == [{"type": "text", "text": "s", **mark}]
    assert body["messages"][0]["content"] == [{"type": "text", "text": "u", **mark}]
    assert body["tools"][0]["cache_control"] == mark["cache_control"]


def test_images_and_documents() -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "auto"}},
        {"type": "file", "file": {"filename": "a.txt", "file_data": "data:text/plain;base64,aGk="}},
    ]
    image, document = conversation({"role": "user", "content": parts})["messages"][0]["content"]
    assert image == {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
    assert document["source"] == {"type": "text", "media_type": "text/plain", "data": "hi"}
    assert document["title"] == "a.txt"


@pytest.mark.parametrize(
    ("fields", "choice", "tools"),
    [
        ({}, None, ["f", "g"]),
        ({"tool_choice": "auto"}, {"type": "auto"}, ["f", "g"]),
        ({"tool_choice": "none", "parallel_tool_calls": False}, {"type": "none"}, ["f", "g"]),
        ({"tool_choice": "required"}, {"type": "any"}, ["f", "g"]),
        ({"tool_choice": FUNCTION | {"function": {"name": "f"}}}, {"type": "tool", "name": "f"}, ["f", "g"]),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}, ["f", "g"]),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {
                        "mode": "required",
                        "tools": [{"type": "function", "function": {"name": "g"}}],
                    },
                }
            },
            {"type": "any"},
            ["g"],
        ),
    ],
)
def test_tools(fields: Fields, choice: Fields | None, tools: list[str]) -> None:
    body = translated(tools=[FUNCTION, OTHER], **fields)
    assert body.get("tool_choice") == choice
    assert [tool["name"] for tool in body["tools"]] == tools


@pytest.mark.parametrize(
    ("effort", "thinking", "config"),
    [
        ("none", {"type": "disabled"}, None),
        ("minimal", {"type": "adaptive"}, {"effort": "low"}),
        ("high", {"type": "adaptive"}, {"effort": "high"}),
    ],
)
def test_reasoning_effort(effort: str, thinking: Fields, config: Fields | None) -> None:
    body = translated(reasoning_effort=effort)
    assert (body["thinking"], body.get("output_config")) == (thinking, config)


def test_structured_output() -> None:
    schema = {"name": "n", "description": "a person", "schema": {"type": "object"}, "strict": True}
    body = translated(response_format={"type": "json_schema", "json_schema": schema})
    assert body["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {"description": "a person", "type": "object"},
    }


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"n": 2}, "n"),
        ({"seed": 1}, "seed"),
        ({"temperature": 1.5}, "temperature=1.5"),
        ({"logprobs": True}, "logprobs"),
        ({"frequency_penalty": 0.5}, "frequency_penalty"),
        ({"max_tokens": 1, "max_completion_tokens": 2}, "max_tokens"),
        ({"user": "a", "safety_identifier": "b"}, "user"),
        ({"service_tier": "flex"}, "service_tier=flex"),
        ({"response_format": {"type": "json_object"}}, "response_format.type=json_object"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"functions": [{}]}, "functions"),
        ({"tools": [{"type": "custom", "custom": {"name": "c"}}]}, "tools[0].type=custom"),
        ({"a_new_parameter": 1}, "a_new_parameter"),
    ],
)
def test_what_anthropic_cannot_hold_is_refused_by_name(fields: Fields, name: str) -> None:
    assert refused(CHAT_TO_MESSAGES, request(**fields)) == name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"role": "user", "content": "x", "name": "ann"}, "name"),
        ({"role": "function", "content": "x"}, "role=function"),
        ({"role": "assistant", "content": "x", "reasoning_content": "hm"}, "reasoning_content"),
        ({"role": "user", "content": [{"type": "input_audio"}]}, "content[0].type=input_audio"),
        (
            {"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]},
            "content[0].file.file_id",
        ),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u", "detail": "low"}}]},
            "content[0].image_url.detail",
        ),
    ],
)
def test_messages_that_anthropic_cannot_hold_are_refused_in_their_place(given: Fields, name: str) -> None:
    assert refused(CHAT_TO_MESSAGES, request(messages=[given])) == f"messages[0].{name}"


@pytest.mark.parametrize(
    "fields",
    [
        {
            "n": 1,
            "seed": None,
            "logprobs": False,
            "frequency_penalty": 0,
            "logit_bias": {},
            "functions": None,
        },
        {"store": True, "metadata": {"a": "b"}, "prompt_cache_key": "k", "service_tier": "auto"},
        {"modalities": ["text"], "response_format": {"type": "text"}, "parallel_tool_calls": True},
    ],
)
def test_values_that_change_nothing_are_accepted(fields: Fields) -> None:
    assert translated(**fields) == translated()


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": "hot"},
        {"max_tokens": "many"},
        {"tool_choice": "some"},
        {"messages": [{"role": "narrator"}]},
        {
            "messages": [
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{"}}],
                }
            ]
        },
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,x"}}]}]},
    ],
)
def test_what_openai_does_not_allow_is_invalid(fields: Fields) -> None:
    with pytest.raises(InvalidParameter):
        translated(**fields)


@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
    ],
)
def test_finish_reasons(stop_reason: str, finish_reason: str) -> None:
    answer = CHAT_TO_MESSAGES.answer(message(stop_reason=stop_reason), {})
    assert answer["choices"][0]["finish_reason"] == finish_reason


def test_refusal_is_explained() -> None:
    details = {"type": "refusal", "explanation": "too risky"}
    answer = CHAT_TO_MESSAGES.answer(message(stop_reason="refusal", stop_details=details), {})
    assert answer["choices"][0]["message"]["refusal"] == "too risky"


def test_metadata_comes_back_and_the_clock_is_the_callers() -> None:
    dated = find(Operation.CHAT, Operation.MESSAGES, clock=lambda: 1_700_000_000)
    assert dated is not None
    answer = dated.answer(message(), {"metadata": {"team": "red"}})
    assert (answer["metadata"], answer["created"]) == ({"team": "red"}, 1_700_000_000)
    assert CHAT_TO_MESSAGES.answer(message(), {})["created"] == 0


@pytest.mark.parametrize("body", [{}, message({"type": "server_tool_use", "id": "s"}), message(usage=None)])
def test_garbage(body: Fields) -> None:
    with pytest.raises(ProviderGarbage):
        CHAT_TO_MESSAGES.answer(body, {})


START: Fields = {
    "type": "message_start",
    "message": message(usage={"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 1}),
}
END: list[Fields] = [
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 8}},
    {"type": "message_stop"},
]


def test_usage_comes_last_and_only_when_asked() -> None:
    asked = {"stream_options": {"include_usage": True}}
    *_, last = stream(CHAT_TO_MESSAGES, [START, *END], asked)
    assert last["choices"] == []
    assert (last["usage"]["prompt_tokens"], last["usage"]["completion_tokens"]) == (7, 8)
    assert last["usage"]["prompt_tokens_details"]["cached_tokens"] == 2
    assert all("usage" not in event for event in stream(CHAT_TO_MESSAGES, [START, *END]))


def test_stream_ends_with_done() -> None:
    running = CHAT_TO_MESSAGES.stream({})
    blocks = [block for event in [START, *END] for block in running.feed(encode(event))]
    assert blocks[-1] == encode_done()
    assert running.finish() == []


def test_error_inside_a_stream() -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    *_, last = stream(CHAT_TO_MESSAGES, [START, error])
    assert last["error"]["message"] == "busy"
    assert last["error"]["type"] == "server_overloaded"


@pytest.mark.parametrize("events", [[], [START]])
def test_cut_stream_ends_in_an_error_and_not_in_done(events: list[Fields]) -> None:
    running = CHAT_TO_MESSAGES.stream({})
    blocks = [block for event in events for block in running.feed(encode(event))] + running.finish()
    assert b'"error"' in blocks[-1]


def test_content_outside_a_block_is_garbage() -> None:
    delta = {"type": "input_json_delta", "partial_json": "{"}
    with pytest.raises(ProviderGarbage):
        stream(CHAT_TO_MESSAGES, [START, {"type": "content_block_delta", "index": 0, "delta": delta}])


def test_parallel_calls_keep_their_places_and_an_empty_one_has_empty_arguments() -> None:
    def call(index: int, *pieces: str) -> list[Fields]:
        block = {"type": "tool_use", "id": f"toolu_{index}", "name": f"f{index}", "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        return [
            {"type": "content_block_start", "index": index, "content_block": block},
            *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
            {"type": "content_block_stop", "index": index},
        ]

    events = stream(CHAT_TO_MESSAGES, [START, *call(0, '{"x"', ":1}"), *call(1, ""), *END])
    fragments = [
        (call["index"], call.get("id"), call["function"].get("name"), call["function"]["arguments"])
        for event in events
        for call in event["choices"][0]["delta"].get("tool_calls", [])
    ]
    assert fragments == [
        (0, "toolu_0", "f0", ""),
        (0, None, None, '{"x"'),
        (0, None, None, ":1}"),
        (1, "toolu_1", "f1", ""),
        (1, None, None, "{}"),
    ]
