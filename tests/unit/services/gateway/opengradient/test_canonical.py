"""What is signed of requests and answers. The vectors were computed by OpenGradient's own SDK (1.1.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import InvalidParameter, UnsupportedParameter
from assay.services.gateway.opengradient.canonical import output_text, request_bytes

ASKED = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "hi"}], "temperature": 0}

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"maximum": 2**70}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}, "index": 0}


def signed(asked: dict[str, Any], operation: Operation = Operation.CHAT) -> str:
    return request_bytes(operation, json.dumps(asked).encode()).decode()


@pytest.mark.parametrize(
    ("more", "want"),
    [
        (
            {},
            '{"messages": [{"content": "hi", "role": "user"}], "model": "gpt-4.1", "temperature": 0.0}',
        ),
        (
            {"messages": [{"role": "developer", "content": "grüß", "name": "x"}], "max_tokens": 0},
            '{"max_tokens": 0, "messages": [{"content": "gr\\u00fc\\u00df", "role": "system"}],'
            ' "model": "gpt-4.1", "temperature": 0.0}',
        ),
        (
            {"stop": [], "tools": [TOOL], "tool_choice": "auto", "stream": True, "top_p": 0.5},
            '{"messages": [{"content": "hi", "role": "user"}], "model": "gpt-4.1", "temperature": 0.0,'
            ' "tools": [{"function": {"name": "f", "parameters": {"maximum": 1180591620717411303424}},'
            ' "type": "function"}]}',
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "see"},
                            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
                            {"type": "file", "file": {"filename": "a.pdf", "file_data": "AA=="}},
                        ],
                    }
                ]
            },
            '{"messages": [{"content": [{"text": "see", "type": "text"}, {"type": "image_url"},'
            ' {"filename": "a.pdf", "type": "file"}], "role": "user"}], "model": "gpt-4.1", "temperature": 0.0}',
        ),
        (
            {
                "messages": [
                    {"role": "assistant", "content": None, "tool_calls": [CALL]},
                    {"role": "tool", "content": "42", "tool_call_id": "c1", "name": "f"},
                    {"role": "function", "content": "43", "name": "f"},
                ]
            },
            '{"messages": [{"content": "", "role": "assistant", "tool_calls": [{"function": {"arguments": "{}",'
            ' "name": "f"}, "id": "c1", "type": "function"}]}, {"content": "42", "role": "tool",'
            ' "tool_call_id": "c1"}, {"content": "43", "name": "f", "role": "function"}], "model": "gpt-4.1",'
            ' "temperature": 0.0}',
        ),
    ],
)
def test_a_chat(more: dict[str, Any], want: str) -> None:
    assert signed(ASKED | more) == want


def test_a_completion() -> None:
    asked = {
        "model": "m",
        "prompt": "2+2=",
        "temperature": 0.7,
        "max_tokens": 5,
        "stop": ["\n"],
        "echo": True,
    }
    want = '{"max_tokens": 5, "model": "m", "prompt": "2+2=", "stop": ["\\n"], "temperature": 0.7}'
    assert signed(asked, Operation.COMPLETIONS) == want


@pytest.mark.parametrize(
    ("more", "operation"),
    [
        ({"n": 2}, Operation.CHAT),
        ({"web_search": True}, Operation.CHAT),
        ({"stream": True, "prompt": ""}, Operation.COMPLETIONS),
    ],
)
def test_what_the_signature_would_not_cover(more: dict[str, Any], operation: Operation) -> None:
    with pytest.raises(UnsupportedParameter):
        signed(ASKED | more, operation)


@pytest.mark.parametrize(
    "more",
    [
        {"temperature": None},
        {"temperature": "0"},
        {"temperature": True},
        {"messages": "hi"},
        {"messages": ["hi"]},
        {"messages": [{"role": "critic", "content": ""}]},
        {"messages": [{"role": "assistant", "tool_calls": 5}]},
        {"messages": [{"role": "assistant", "tool_calls": ["f"]}]},
        {"messages": [{"role": "assistant", "tool_calls": [{"function": "f"}]}]},
    ],
)
def test_a_request_that_has_no_signed_bytes(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameter):
        signed(ASKED | more)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"model": st.text(min_size=1)},
        optional={
            "messages": JSON
            | st.lists(st.fixed_dictionaries({"role": st.text() | JSON}, optional={"content": JSON})),
            "temperature": JSON,
            "tools": JSON,
            "stop": JSON,
            "n": JSON,
        },
    )
)
def test_any_request_is_signed_or_refused(asked: dict[str, Any]) -> None:
    try:
        bytes_signed = signed(asked)
    except (InvalidParameter, UnsupportedParameter):
        return
    assert json.loads(bytes_signed)["model"] == asked["model"]


@pytest.mark.parametrize(
    ("choice", "want"),
    [
        ({"message": {"content": "Ja."}, "finish_reason": "stop"}, "Ja."),
        ({"message": {"content": [{"type": "text", "text": "Ja"}, "."]}, "finish_reason": "stop"}, "Ja."),
        ({"message": {"content": None}, "finish_reason": "stop"}, ""),
        ({"message": {"content": "so", "tool_calls": [CALL]}, "finish_reason": "stop"}, "so"),
        (
            {"message": {"tool_calls": [CALL]}, "finish_reason": "tool_calls"},
            '[{"function": {"arguments": "{}", "name": "f"}, "id": "c1", "index": 0, "type": "function"}]',
        ),
    ],
)
def test_what_was_said(choice: dict[str, Any], want: str) -> None:
    assert output_text(Operation.CHAT, {"choices": [choice]}) == want


@given(JSON)
def test_an_answer_of_any_shape(answer: Any) -> None:
    for operation in (Operation.CHAT, Operation.COMPLETIONS):
        assert isinstance(output_text(operation, {"choices": answer}), str)
