"""An Anthropic client before a Chat Completions provider."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.engines.inference.translation.pairs import (
    MESSAGES_TO_CHAT,
    call_chunk,
    chunk,
    refused,
    stream,
)

from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import InvalidParameter

Fields = dict[str, Any]

IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}


def request(**fields: Any) -> Fields:
    return {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "hello"}],
        **fields,
    }


def translated(**fields: Any) -> Fields:
    return MESSAGES_TO_CHAT.request(request(**fields))


def messages(*turns: Fields) -> list[Fields]:
    return list(translated(messages=list(turns))["messages"])


def completion(message: Fields, finish_reason: str | None = "stop", **fields: Any) -> Fields:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "created": 7, "model": "m", "choices": [choice], **fields}


def test_plain_request() -> None:
    assert translated(system="be kind", temperature=0.5, top_p=0.9, stop_sequences=["."]) == {
        "model": "m",
        "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}],
        "max_completion_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["."],
    }


def test_stream_asks_for_usage() -> None:
    assert translated(stream=True)["stream_options"] == {"include_usage": True}


def test_cache_control_is_accepted_everywhere_and_stays_behind() -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    marked = {"type": "text", "text": "hello", **mark}
    tool = {"name": "f", "input_schema": {"type": "object"}}
    plain = translated(system="s", tools=[tool])
    cached = translated(
        system=[{"type": "text", "text": "s", **mark}],
        messages=[{"role": "user", "content": [marked]}],
        tools=[tool | mark],
        **mark,
    )
    assert cached == plain


def test_tool_results_become_messages_and_their_images_follow_labelled() -> None:
    results = [
        {
            "type": "tool_result",
            "tool_use_id": "a",
            "content": [{"type": "text", "text": "a map"}, IMAGE],
        },
        {"type": "tool_result", "tool_use_id": "b", "content": "no such file", "is_error": True},
        {"type": "tool_result", "tool_use_id": "c"},
        {"type": "text", "text": "go on"},
    ]
    assert messages({"role": "user", "content": results}) == [
        {"role": "tool", "tool_call_id": "a", "content": "a map"},
        {"role": "tool", "tool_call_id": "b", "content": "Error: no such file"},
        {"role": "tool", "tool_call_id": "c", "content": ""},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Attached to the result of tool call a:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                {"type": "text", "text": "go on"},
            ],
        },
    ]


def test_assistant_turn_with_thinking_words_and_calls() -> None:
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "seal"},
        {"type": "text", "text": "let me see"},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "sky"}},
    ]
    assert messages({"role": "assistant", "content": content}) == [
        {
            "role": "assistant",
            "content": "let me see",
            "tool_calls": [
                {"id": "t1", "type": "function", "function": {"name": "look", "arguments": '{"at":"sky"}'}}
            ],
            "reasoning_content": "hm",
            "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "seal", "index": 0}],
        }
    ]


def test_documents() -> None:
    blocks = [
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "abc"},
            "title": "T",
        },
        {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "x"}]}},
        {"type": "search_result", "title": "T", "source": "s", "content": [{"type": "text", "text": "x"}]},
    ]
    [message] = messages({"role": "user", "content": blocks})
    assert [part["text"] for part in message["content"]] == ["T\n\nabc", "x", "T\n\ns\n\nx"]


def test_system_turn_stays_in_its_place() -> None:
    roles = [
        m["role"] for m in messages({"role": "user", "content": "a"}, {"role": "system", "content": "b"})
    ]
    assert roles == ["user", "system"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        ({"type": "tool", "name": "f"}, {"tool_choice": {"type": "function", "function": {"name": "f"}}}),
        (
            {"type": "any", "disable_parallel_tool_use": True},
            {"tool_choice": "required", "parallel_tool_calls": False},
        ),
        ({"type": "any", "disable_parallel_tool_use": False}, {"tool_choice": "required"}),
    ],
)
def test_tool_choice(choice: Fields, expected: Fields) -> None:
    body = translated(tool_choice=choice)
    assert {name: body[name] for name in ("tool_choice", "parallel_tool_calls") if name in body} == expected


@pytest.mark.parametrize(
    ("fields", "effort"),
    [
        ({}, None),
        ({"thinking": {"type": "adaptive"}}, None),
        ({"thinking": {"type": "disabled"}}, "none"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 4096}}, "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 32000}}, "high"),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "xhigh"}}, "xhigh"),
    ],
)
def test_thinking(fields: Fields, effort: str | None) -> None:
    assert translated(**fields).get("reasoning_effort") == effort


@pytest.mark.parametrize("place", ["output_config", "output_format"])
def test_structured_output(place: str) -> None:
    wanted = {"type": "json_schema", "schema": {"type": "object"}}
    fields = {place: {"format": wanted} if place == "output_config" else wanted}
    assert translated(**fields)["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "output", "schema": {"type": "object"}, "strict": True},
    }


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"top_k": 5}, "top_k"),
        ({"container": "c"}, "container"),
        ({"mcp_servers": [{}]}, "mcp_servers"),
        ({"speed": "fast"}, "speed"),
        ({"a_new_parameter": 1}, "a_new_parameter"),
        ({"thinking": {"type": "between_tools"}}, "thinking.type=between_tools"),
        ({"thinking": {"type": "adaptive", "display": "omitted"}}, "thinking.display"),
        ({"thinking": {"type": "disabled"}, "output_config": {"effort": "low"}}, "output_config.effort"),
        ({"tools": [{"type": "web_search_20250305", "name": "w"}]}, "tools[0].type=web_search_20250305"),
        ({"tools": [{"name": "f", "defer_loading": True}]}, "tools[0].defer_loading"),
    ],
)
def test_what_chat_cannot_hold_is_refused_by_name(fields: Fields, name: str) -> None:
    assert refused(MESSAGES_TO_CHAT, request(**fields)) == name


@pytest.mark.parametrize(
    ("block", "name"),
    [
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, "source.type=file"),
        ({"type": "document", "source": {"type": "url", "url": "u"}}, "source.type=url"),
        (IMAGE | {"alt": "x"}, "alt"),
        ({"type": "container_upload", "file_id": "f"}, "type=container_upload"),
        (
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "x"},
                "citations": {"enabled": True},
            },
            "citations",
        ),
    ],
)
def test_blocks_that_chat_cannot_hold_are_refused_in_their_place(block: Fields, name: str) -> None:
    body = request(messages=[{"role": "user", "content": [{"type": "text", "text": "x"}, block]}])
    assert refused(MESSAGES_TO_CHAT, body) == f"messages[0].content[1].{name}"


@pytest.mark.parametrize(
    "fields",
    [
        {"model": None},
        {"messages": "hello"},
        {"messages": ["hello"]},
        {"messages": [{"role": "narrator", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
        {"system": [{"type": "image"}]},
        {"service_tier": "fast"},
        {"tool_choice": {"type": "some"}},
        {"thinking": {"type": "enabled", "budget_tokens": "many"}},
    ],
)
def test_what_anthropic_does_not_allow_is_invalid(fields: Fields) -> None:
    with pytest.raises(InvalidParameter):
        translated(**fields)


@pytest.mark.parametrize(
    ("choice", "stop_reason", "stop_sequence"),
    [
        ({"finish_reason": "stop"}, "end_turn", None),
        ({"finish_reason": "stop", "stop_reason": "END"}, "stop_sequence", "END"),
        ({"finish_reason": "stop", "stop_reason": 151643}, "end_turn", None),
        ({"finish_reason": "length"}, "max_tokens", None),
        ({"finish_reason": "content_filter"}, "refusal", None),
        ({"finish_reason": None}, "end_turn", None),
    ],
)
def test_stop_reasons(choice: Fields, stop_reason: str, stop_sequence: str | None) -> None:
    body = completion({"content": "x"})
    body["choices"][0] |= choice
    answer = MESSAGES_TO_CHAT.answer(body, {})
    assert (answer["stop_reason"], answer["stop_sequence"]) == (stop_reason, stop_sequence)


def test_answer_with_calls_that_ends_in_stop_still_waits_for_them() -> None:
    call = {"function": {"name": "f", "arguments": ""}}
    answer = MESSAGES_TO_CHAT.answer(completion({"content": None, "tool_calls": [call]}), {})
    assert answer["stop_reason"] == "tool_use"
    assert answer["content"] == [{"type": "tool_use", "id": "call_1_0", "name": "f", "input": {}}]


def test_refusal() -> None:
    answer = MESSAGES_TO_CHAT.answer(completion({"content": None, "refusal": "I will not"}), {})
    assert answer["stop_reason"] == "refusal"
    assert answer["content"] == [{"type": "text", "text": "I will not"}]


def test_half_an_argument_is_empty_when_the_answer_was_cut_and_garbage_otherwise() -> None:
    message = {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": '{"x": '}}]}
    cut = MESSAGES_TO_CHAT.answer(completion(message, "length"), {})
    assert (cut["stop_reason"], cut["content"][0]["input"]) == ("max_tokens", {})
    with pytest.raises(ProviderGarbage):
        MESSAGES_TO_CHAT.answer(completion(message, "tool_calls"), {})


@pytest.mark.parametrize("body", [{}, {"id": "a", "model": "m", "choices": []}, completion({"content": [1]})])
def test_garbage(body: Fields) -> None:
    with pytest.raises(ProviderGarbage):
        MESSAGES_TO_CHAT.answer(body, {})


def test_usage_known_early_is_in_message_start() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 4}}
    start, *_ = stream(MESSAGES_TO_CHAT, [chunk({"content": "x"}, usage=usage), chunk({}, "stop")])
    counted = start["message"]["usage"]
    assert (counted["input_tokens"], counted["cache_read_input_tokens"]) == (5, 4)


def test_words_and_call_in_one_chunk_both_arrive() -> None:
    both = call_chunk(0, "{}", id="a", name="f")
    both["choices"][0]["delta"]["content"] = "so"
    kinds = [event["type"] for event in stream(MESSAGES_TO_CHAT, [both, chunk({}, "tool_calls")])]
    block = ["content_block_start", "content_block_delta", "content_block_stop"]
    assert kinds == ["message_start", *block, *block, "message_delta", "message_stop"]


def test_redacted_thinking_comes_whole() -> None:
    details = [{"type": "reasoning.encrypted", "data": "xyz", "index": 0}]
    events = stream(MESSAGES_TO_CHAT, [chunk({"reasoning_details": details}), chunk({}, "stop")])
    assert events[1]["content_block"] == {"type": "redacted_thinking", "data": "xyz"}
    assert events[2]["type"] == "content_block_stop"


def test_error_inside_a_stream() -> None:
    *_, last = stream(
        MESSAGES_TO_CHAT,
        [chunk({"content": "x"}), {"error": {"message": "slow down", "type": "rate_limit_exceeded"}}],
    )
    assert last == {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}}


@pytest.mark.parametrize("events", [[], [chunk({"content": "x"})]])
def test_cut_stream_ends_in_an_error(events: list[Fields]) -> None:
    assert stream(MESSAGES_TO_CHAT, events)[-1]["type"] == "error"


def test_seal_of_thinking_comes_before_its_block_ends() -> None:
    details = [{"type": "reasoning.text", "text": "hm", "signature": "seal", "index": 0}]
    events = stream(MESSAGES_TO_CHAT, [chunk({"reasoning_details": details}), chunk({}, "stop")])
    assert [event["delta"] for event in events if event["type"] == "content_block_delta"] == [
        {"type": "thinking_delta", "thinking": "hm"},
        {"type": "signature_delta", "signature": "seal"},
    ]
