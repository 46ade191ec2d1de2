"""A Responses client before a Chat Completions provider, and before Anthropic."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.engines.inference.translation.pairs import (
    RESPONSES_TO_CHAT,
    RESPONSES_TO_MESSAGES,
    call_chunk,
    chunk,
    refused,
    stream,
)

from assay.engines.inference.translation import InvalidParameter

Fields = dict[str, Any]

FUNCTION = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}


def request(**fields: Any) -> Fields:
    return {"model": "m", "input": "hello", **fields}


def translated(**fields: Any) -> Fields:
    return RESPONSES_TO_CHAT.request(request(**fields))


def messages(*items: Fields, **fields: Any) -> list[Fields]:
    return list(translated(input=list(items), **fields)["messages"])


def test_plain_request() -> None:
    assert translated(instructions="be kind", max_output_tokens=9, temperature=1.5) == {
        "model": "m",
        "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hello"}],
        "max_completion_tokens": 9,
        "temperature": 1.5,
    }


def test_items_of_one_turn_are_one_message() -> None:
    said = {"type": "output_text", "text": "I look", "annotations": []}
    assert messages(
        {"role": "developer", "content": "d"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "q"}]},
        {
            "type": "reasoning",
            "id": "rs",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "hm"}],
        },
        {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [said]},
        {"type": "function_call", "id": "fc", "call_id": "a", "name": "f", "arguments": "{}"},
        {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "1"},
        {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "2"}]},
    ) == [
        {"role": "system", "content": "d"},
        {"role": "user", "content": "q"},
        {
            "role": "assistant",
            "content": "I look",
            "tool_calls": [
                {"id": name, "type": "function", "function": {"name": "f", "arguments": "{}"}}
                for name in ("a", "b")
            ],
            "reasoning_content": "hm",
        },
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
    ]


@pytest.mark.parametrize(
    "after", [[], [{"role": "user", "content": "see?"}], [{"role": "assistant", "content": "I see"}]]
)
def test_images_in_outputs_follow_all_results(after: list[Fields]) -> None:
    image = {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "auto"}
    first, second, attached, *_ = messages(
        {"type": "function_call_output", "call_id": "a", "output": [image]},
        {"type": "function_call_output", "call_id": "b", "output": "2"},
        *after,
    )
    assert [first["tool_call_id"], second["tool_call_id"]] == ["a", "b"]
    assert attached["role"] == "user"
    assert attached["content"][0]["text"] == "Attached to the result of tool call a:"
    assert attached["content"][1]["image_url"]["url"] == "https://example.org/a.png"


def test_structured_output_and_reasoning() -> None:
    wanted = {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}
    body = translated(
        text={"format": wanted, "verbosity": "low"}, reasoning={"effort": "low", "summary": "auto"}
    )
    assert body["response_format"]["json_schema"] == {
        "name": "n",
        "schema": {"type": "object"},
        "strict": True,
    }
    assert (body["verbosity"], body["reasoning_effort"]) == ("low", "low")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("required", "required"),
        ({"type": "function", "name": "f"}, {"type": "function", "function": {"name": "f"}}),
        (
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "f"}],
            },
            "required",
        ),
    ],
)
def test_tool_choice(choice: Any, expected: Any) -> None:
    body = translated(tools=[FUNCTION, FUNCTION | {"name": "g"}], tool_choice=choice)
    assert body["tool_choice"] == expected
    names = [tool["function"]["name"] for tool in body["tools"]]
    assert names == (["f"] if "allowed_tools" in str(choice) else ["f", "g"])


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"background": True}, "background"),
        ({"truncation": "auto"}, "truncation"),
        ({"max_tool_calls": 3}, "max_tool_calls"),
        ({"include": ["file_search_call.results"]}, "include=file_search_call.results"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type=web_search"),
        ({"tools": [FUNCTION | {"defer_loading": True}]}, "tools[0].defer_loading"),
        ({"tool_choice": {"type": "mcp", "server_label": "s"}}, "tool_choice.type=mcp"),
        ({"reasoning": {"summary": "detailed"}}, "reasoning.summary"),
        ({"a_new_parameter": 1}, "a_new_parameter"),
        ({"input": [{"type": "item_reference", "id": "i"}]}, "input[0].type=item_reference"),
        (
            {"input": [{"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "gAAAA"}]},
            "input[0].encrypted_content",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
            "input[0].content[0].file_id",
        ),
    ],
)
def test_what_chat_cannot_hold_is_refused_by_name(fields: Fields, name: str) -> None:
    assert refused(RESPONSES_TO_CHAT, request(**fields)) == name


@pytest.mark.parametrize(
    "fields",
    [
        {"store": True, "metadata": {"a": "b"}, "prompt_cache_key": "k", "truncation": "disabled"},
        {"background": False, "include": ["reasoning.encrypted_content"], "service_tier": "auto"},
        {"tool_choice": "auto", "parallel_tool_calls": True, "text": {"format": {"type": "text"}}},
        {"stream_options": {"include_obfuscation": False}, "reasoning": {"summary": "auto"}},
    ],
)
def test_what_stock_clients_send_is_accepted(fields: Fields) -> None:
    assert translated(**fields) == translated()


@pytest.mark.parametrize(
    "fields", [{"input": 3}, {"input": [{"id": "i"}]}, {"input": [{"role": "narrator"}]}, {"tool_choice": 3}]
)
def test_what_openai_does_not_allow_is_invalid(fields: Fields) -> None:
    with pytest.raises(InvalidParameter):
        translated(**fields)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"temperature": 2}, "temperature=2"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"text": {"format": {"type": "json_object"}}}, "text.format"),
        ({"text": {"verbosity": "low"}}, "text.verbosity"),
    ],
)
def test_what_anthropic_cannot_hold_is_refused_by_the_name_the_client_knows(
    fields: Fields, name: str
) -> None:
    assert refused(RESPONSES_TO_MESSAGES, request(**fields)) == name


def test_response_repeats_the_request_and_says_that_nothing_is_stored() -> None:
    asked = request(store=True, metadata={"team": "red"}, tools=[FUNCTION], temperature=0.5)
    choice = {"message": {"content": "hi"}, "finish_reason": "length"}
    response = RESPONSES_TO_CHAT.answer(
        {"id": "chatcmpl-1", "model": "m", "created": 7, "choices": [choice]}, asked
    )
    assert response["store"] is False
    assert (response["metadata"], response["tools"], response["temperature"]) == (
        {"team": "red"},
        [FUNCTION],
        0.5,
    )
    assert (response["status"], response["incomplete_details"]) == (
        "incomplete",
        {"reason": "max_output_tokens"},
    )
    assert response["output"][0]["status"] == "incomplete"
    assert (response["id"], response["created_at"]) == ("resp_1", 7)


def test_events_come_in_order_and_numbered() -> None:
    tokens = [{"token": "hi", "logprob": -0.1, "bytes": None, "top_logprobs": []}]
    words = chunk({"content": "hi"})
    words["choices"][0]["logprobs"] = {"content": tokens}
    events = stream(
        RESPONSES_TO_CHAT,
        [
            chunk({"reasoning_content": "hm"}),
            words,
            call_chunk(0, "{", id="a", name="f"),
            call_chunk(0, "}"),
            chunk({}, "tool_calls"),
        ],
    )
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"].removeprefix("response.") for event in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "reasoning_text.delta",
        "reasoning_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    assert {event["output_index"] for event in events if "output_index" in event} == {0, 1, 2}
    [delta] = [event for event in events if event["type"] == "response.output_text.delta"]
    assert delta["logprobs"] == tokens


def test_error_inside_a_stream_fails_the_response_and_keeps_its_items() -> None:
    *_, last = stream(RESPONSES_TO_CHAT, [chunk({"content": "x"}), {"error": {"message": "broken"}}])
    assert last["type"] == "response.failed"
    assert last["response"]["error"] == {"code": "server_error", "message": "broken"}


def test_cut_stream_fails_once() -> None:
    assert [event["type"] for event in stream(RESPONSES_TO_CHAT, [])] == ["error"]
    for translation, events in (
        (RESPONSES_TO_CHAT, [chunk({"content": "x"})]),
        (
            RESPONSES_TO_MESSAGES,
            [{"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {}}}],
        ),
    ):
        kinds = [event["type"] for event in stream(translation, events, request(stream=True))]
        assert kinds.count("response.failed") == 1
        assert kinds[-1] == "response.failed"
