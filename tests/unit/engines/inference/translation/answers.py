"""Answers of providers, made up by hypothesis: whole, and cut into the events of a stream."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from assay.engines.inference.translation.sse import encode, encode_done

Fields = dict[str, Any]

words = st.text(min_size=1, max_size=12)
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
scalars = st.none() | st.booleans() | st.integers(-(2**31), 2**31) | st.text(max_size=6)
arguments = st.dictionaries(st.text(max_size=4), scalars | st.lists(scalars, max_size=2), max_size=3)
counts = st.integers(0, 10_000)

chat_usage = st.builds(
    lambda plain, cached, written, output, reasoning: {
        "prompt_tokens": plain + cached + written,
        "completion_tokens": output + reasoning,
        "total_tokens": plain + cached + written + output + reasoning,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    },
    *[counts] * 5,
)


@st.composite
def chat_messages(draw: st.DrawFn) -> Fields:
    """An assistant's message of a chat completion."""
    message: Fields = {"role": "assistant", "content": draw(st.none() | words), "refusal": None}
    if draw(st.booleans()):
        message["reasoning_content"] = draw(words)
    calls = draw(st.lists(st.tuples(names, arguments), max_size=3))
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{place}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(given)},
            }
            for place, (name, given) in enumerate(calls)
        ]
    elif message["content"] is None:
        message["refusal"] = draw(st.none() | words)
    return message


@st.composite
def chat_answers(draw: st.DrawFn) -> Fields:
    """A ``chat.completion``."""
    message = draw(chat_messages())
    reasons = ["tool_calls"] if message.get("tool_calls") else ["stop", "length", "content_filter"]
    choice = {"index": 0, "message": message, "finish_reason": draw(st.sampled_from(reasons))}
    return {
        "id": "chatcmpl-abc",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "some-model",
        "choices": [choice],
        "usage": draw(chat_usage),
    }


@st.composite
def cuts(draw: st.DrawFn, text: str) -> list[str]:
    """``text`` in pieces, none of them empty."""
    places = draw(st.lists(st.integers(0, len(text)), max_size=4))
    edges = [0, *sorted(places), len(text)]
    return [text[a:b] for a, b in pairwise(edges) if a < b]


@st.composite
def chat_streams(draw: st.DrawFn, answer: Fields) -> list[bytes]:
    """The SSE blocks of ``answer``: cut anywhere, calls taking turns, words and calls sharing chunks."""
    choice = answer["choices"][0]
    head = {name: answer[name] for name in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    deltas: list[Fields] = [{"role": "assistant", "content": ""}]
    for field in ("reasoning_content", "content", "refusal"):
        deltas.extend({field: piece} for piece in draw(cuts(choice["message"].get(field) or "")))
    for fragment in draw(_interleaved(choice["message"].get("tool_calls") or [])):
        shares = draw(st.booleans()) and len(deltas) > 1
        if shares:
            deltas[-1].setdefault("tool_calls", []).append(fragment)
        else:
            deltas.append({"tool_calls": [fragment]})
    chunks = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    chunks.append({"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]})
    blocks = [encode({**head, "choices": [chunk]}) for chunk in chunks]
    blocks.append(encode({**head, "choices": [], "usage": answer["usage"]}))
    return [*blocks, encode_done()] if draw(st.booleans()) else blocks


@st.composite
def _interleaved(draw: st.DrawFn, calls: list[Fields]) -> list[Fields]:
    """Fragments of all calls, each call's in order, and every call begun in its turn."""
    queues = [draw(_fragments(place, call)) for place, call in enumerate(calls)]
    begun, mixed = 0, []
    while any(queues):
        ready = [place for place, queue in enumerate(queues) if queue and place <= begun]
        place = draw(st.sampled_from(ready))
        mixed.append(queues[place].pop(0))
        begun = max(begun, place + 1)
    return mixed


@st.composite
def _fragments(draw: st.DrawFn, place: int, call: Fields) -> list[Fields]:
    name = call["function"]["name"]
    if draw(st.booleans()):
        opening = [{"index": place, "id": call["id"], "type": "function", "function": {"name": name}}]
    else:  # the name comes late
        opening = [{"index": place, "id": call["id"]}, {"index": place, "function": {"name": name}}]
    pieces = draw(cuts(call["function"]["arguments"]))
    return opening + [{"index": place, "function": {"arguments": piece}} for piece in pieces]


@st.composite
def anthropic_messages(draw: st.DrawFn) -> Fields:
    """An Anthropic message, as its API answers."""
    content: list[Fields] = []
    for thought, signature in draw(st.lists(st.tuples(words, words), max_size=2)):
        content.append({"type": "thinking", "thinking": thought, "signature": signature})
    if draw(st.booleans()):
        content.append({"type": "redacted_thinking", "data": draw(words)})
    if draw(st.booleans()):
        content.append({"type": "text", "text": draw(words)})
    for place, (name, given) in enumerate(draw(st.lists(st.tuples(names, arguments), max_size=3))):
        content.append({"type": "tool_use", "id": f"toolu_{place}", "name": name, "input": given})
    called = content and content[-1]["type"] == "tool_use"
    reasons = ["tool_use"] if called else ["end_turn", "max_tokens", "stop_sequence", "refusal"]
    return {
        "id": "msg_abc",
        "type": "message",
        "role": "assistant",
        "model": "some-claude",
        "content": content,
        "stop_reason": draw(st.sampled_from(reasons)),
        "stop_sequence": None,
        "usage": {
            "input_tokens": draw(counts),
            "cache_creation_input_tokens": draw(counts),
            "cache_read_input_tokens": draw(counts),
            "output_tokens": draw(counts),
            "service_tier": "standard",
        },
    }


@st.composite
def anthropic_streams(draw: st.DrawFn, message: Fields) -> list[bytes]:
    """The SSE blocks of ``message``, cut anywhere."""
    begun = message | {
        "content": [],
        "stop_reason": None,
        "usage": message["usage"] | {"output_tokens": 1},
    }
    events: list[Fields] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for index, block in enumerate(message["content"]):
        empty, deltas = draw(_block_deltas(block))
        events.append({"type": "content_block_start", "index": index, "content_block": empty})
        events.extend({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        events.append({"type": "content_block_stop", "index": index})
    ending = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    usage = {"output_tokens": message["usage"]["output_tokens"]}
    events.append({"type": "message_delta", "delta": ending, "usage": usage})
    events.append({"type": "message_stop"})
    return [encode(event, event["type"]) for event in events]


@st.composite
def _block_deltas(draw: st.DrawFn, block: Fields) -> tuple[Fields, list[Fields]]:
    match block["type"]:
        case "text":
            pieces = draw(cuts(block["text"]))
            return block | {"text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]
        case "thinking":
            pieces = draw(cuts(block["thinking"]))
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
            seal = {"type": "signature_delta", "signature": block["signature"]}
            return block | {"thinking": "", "signature": ""}, [*deltas, seal]
        case "tool_use":
            pieces = ["", *draw(cuts(json.dumps(block["input"])))] if block["input"] else [""]
            deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
            return block | {"input": {}}, deltas
        case _:
            return block, []
