"""No parameter that the vendors' SDKs know gets lost: it shows in the provider's request, comes back in the
answer, or is refused by its own name. What is let go without any of these is listed here, with the reason."""

from __future__ import annotations

from typing import Any

import pytest
from anthropic.types.message_create_params import MessageCreateParamsBase
from hypothesis import given, settings
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsBase,
    CompletionCreateParamsNonStreaming,
)
from openai.types.responses.response_create_params import ResponseCreateParamsBase
from pydantic import TypeAdapter
from tests.unit.engines.inference.translation.pairs import pair
from tests.unit.engines.inference.translation.requests import anthropic_requests

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import Translation, UnsupportedParameter

Fields = dict[str, Any]

PRICE_NOT_ANSWER = {"cache_control", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"}
COMES_BACK_IN_THE_ANSWER = {"metadata"}
NOTHING_IS_STORED_AND_THE_ANSWER_SAYS_SO = {"store"}
HONOURED_IN_THE_STREAM = {"stream_options"}
LET_GO = {
    Operation.MESSAGES: PRICE_NOT_ANSWER,
    Operation.CHAT: PRICE_NOT_ANSWER
    | COMES_BACK_IN_THE_ANSWER
    | NOTHING_IS_STORED_AND_THE_ANSWER_SAYS_SO
    | HONOURED_IN_THE_STREAM,
    Operation.RESPONSES: PRICE_NOT_ANSWER
    | COMES_BACK_IN_THE_ANSWER
    | NOTHING_IS_STORED_AND_THE_ANSWER_SAYS_SO,
}
KNOWN = {
    Operation.MESSAGES: MessageCreateParamsBase,
    Operation.CHAT: CompletionCreateParamsBase,
    Operation.RESPONSES: ResponseCreateParamsBase,
}
BARE: dict[Operation, Fields] = {
    Operation.MESSAGES: {"model": "m", "max_tokens": 9, "messages": []},
    Operation.CHAT: {"model": "m", "messages": []},
    Operation.RESPONSES: {"model": "m", "input": "hello"},
}
TOOLS = {
    Operation.MESSAGES: [{"name": "f", "input_schema": {"type": "object"}}],
    Operation.CHAT: [{"type": "function", "function": {"name": "f"}}],
    Operation.RESPONSES: [{"type": "function", "name": "f"}],
}
SAID: Fields = {
    "max_tokens": 5,
    "max_completion_tokens": 5,
    "max_output_tokens": 5,
    "messages": [{"role": "user", "content": "words"}],
    "input": "words",
    "instructions": "words",
    "system": "words",
    "model": "other",
    "n": 2,
    "temperature": 0.25,
    "top_p": 0.25,
    "seed": 5,
    "stop": "words",
    "stop_sequences": ["words"],
    "metadata": {"user_id": "ann"},
    "user": "ann",
    "safety_identifier": "ann",
    "reasoning": {"effort": "low"},
    "reasoning_effort": "low",
    "thinking": {"type": "enabled", "budget_tokens": 2048},
    "output_config": {"effort": "low"},
    "text": {"verbosity": "low"},
    "verbosity": "low",
    "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}}},
    "modalities": ["audio"],
    "include": ["message.output_text.logprobs"],
    "store": True,
    "background": True,
    "logprobs": True,
    "top_logprobs": 2,
    "stream_options": {"include_obfuscation": True},
    "truncation": "auto",
}
"""A value for each parameter that is not what the parameter defaults to."""

PAIRS = [
    (Operation.MESSAGES, Operation.CHAT),
    (Operation.CHAT, Operation.MESSAGES),
    (Operation.RESPONSES, Operation.CHAT),
    (Operation.RESPONSES, Operation.MESSAGES),
]
CASES = [
    (client, provider, name)
    for client, provider in PAIRS
    for name in sorted(KNOWN[client].__annotations__)
    if name not in LET_GO[client] or (client, name) == (Operation.MESSAGES, "metadata")
]


@pytest.mark.parametrize(("client", "provider", "name"), CASES)
def test_parameter_is_honoured_or_refused_by_name(client: Operation, provider: Operation, name: str) -> None:
    bare = BARE[client] | {"tools": TOOLS[client]}
    said = bare | {name: value_of(client, name)}
    without = {field: value for field, value in bare.items() if field != name or field == "model"}
    translation = pair(client, provider)

    refused = refused_parameter(translation, said)

    if refused is None:
        assert translation.request(said) != translation.request(without)
    else:
        assert name in refused


def refused_parameter(translation: Translation, body: Fields) -> str | None:
    try:
        translation.request(body)
    except UnsupportedParameter as refusal:
        return refusal.parameter
    return None


def value_of(client: Operation, name: str) -> Any:
    if name == "tools":
        return TOOLS[client]
    if name == "tool_choice":
        return {"type": "any"} if client is Operation.MESSAGES else "required"
    if name == "service_tier":
        return "standard_only" if client is Operation.MESSAGES else "default"
    if name == "parallel_tool_calls":
        return False
    return SAID.get(name, {"unusual": "value"})


@pytest.mark.parametrize("client", LET_GO)
def test_what_is_let_go_is_accepted(client: Operation) -> None:
    said = {name: {"a": "b"} for name in LET_GO[client] & set(KNOWN[client].__annotations__)}
    said.pop("stream_options", None)
    for of, provider in PAIRS:
        if of is client:
            pair(client, provider).request(BARE[client] | said)


@given(anthropic_requests())
@settings(max_examples=40, deadline=None)
def test_sdk_type_knows_every_field_of_a_chat_request(body: Fields) -> None:
    """But for thinking, for which there is no standard: see `assay...translation.reasoning`."""
    chat = pair(Operation.MESSAGES, Operation.CHAT).request(body)
    for message in chat["messages"]:
        message.pop("reasoning_content", None)
        message.pop("reasoning_details", None)
    chat.pop("stream", None)

    assert exhaust(CHAT_REQUEST.validate_python(chat)) == chat


CHAT_REQUEST = TypeAdapter(CompletionCreateParamsNonStreaming)


def exhaust(value: Any) -> Any:
    """What pydantic made of a value; it reads the lists of these types only when asked, and drops fields
    that a type does not know."""
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, dict):
        return {name: exhaust(entry) for name, entry in value.items()}
    return [exhaust(entry) for entry in value]
