"""Requests of clients, made up by hypothesis: conversations that every dialect here can hold.

They are in normal form, so that a translation there and back gives the very same: roles take turns, and a
lone text is a string.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from tests.unit.engines.inference.translation.answers import arguments, names, words

Fields = dict[str, Any]

texts = st.builds(lambda text: {"type": "text", "text": text}, words)
anthropic_images = st.sampled_from(
    [
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
    ]
)
documents = st.builds(
    lambda title: {
        "type": "document",
        "title": title,
        "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="},
    },
    words,
)
schemas = st.builds(
    lambda fields: {"type": "object", "properties": {field: {"type": "string"} for field in fields}},
    st.lists(names, max_size=2, unique=True),
)


def compact(blocks: list[Fields]) -> str | list[Fields]:
    if len(blocks) == 1 and blocks[0]["type"] == "text":
        return str(blocks[0]["text"])
    return blocks


@st.composite
def anthropic_conversations(draw: st.DrawFn) -> list[Fields]:
    """Turns of user and assistant; every call of a turn is answered in the next."""
    turns: list[Fields] = []
    calls: list[Fields] = []
    for exchange in range(draw(st.integers(1, 3))):
        results = [
            {"type": "tool_result", "tool_use_id": call["id"], "content": draw(words)} for call in calls
        ]
        said = draw(st.lists(texts | anthropic_images | documents, min_size=0 if results else 1, max_size=2))
        turns.append({"role": "user", "content": compact(results + said)})
        thoughts = [
            {"type": "thinking", "thinking": thought, "signature": "sealed"}
            for thought in draw(st.lists(words, max_size=1))
        ]
        answer = draw(st.lists(texts, max_size=2))
        calls = [
            {"type": "tool_use", "id": f"toolu_{exchange}_{place}", "name": name, "input": given}
            for place, (name, given) in enumerate(
                draw(st.lists(st.tuples(names, arguments), min_size=0 if answer else 1, max_size=2))
            )
        ]
        turns.append({"role": "assistant", "content": compact(thoughts + answer + calls)})
    if calls:
        results = [{"type": "tool_result", "tool_use_id": call["id"], "content": "done"} for call in calls]
        turns.append({"role": "user", "content": results})
    return turns


@st.composite
def anthropic_requests(draw: st.DrawFn) -> Fields:
    """A Messages request that Chat Completions can hold whole."""
    body: Fields = {
        "model": "m",
        "max_tokens": draw(st.integers(1, 9999)),
        "messages": draw(anthropic_conversations()),
    }
    optional = {
        "system": words | st.lists(texts, min_size=2, max_size=3),
        "temperature": st.floats(0, 1),
        "top_p": st.floats(0, 1),
        "stop_sequences": st.lists(words, min_size=1, max_size=3),
        "stream": st.just(True),
        "metadata": st.builds(lambda user: {"user_id": user}, words),
        "service_tier": st.just("standard_only"),
        "tools": st.lists(
            st.builds(
                lambda name, schema: {"name": name, "description": "does it", "input_schema": schema},
                names,
                schemas,
            ),
            min_size=1,
            max_size=2,
        ),
        "output_config": st.builds(
            lambda schema: {"format": {"type": "json_schema", "schema": schema}}, schemas
        ),
    }
    body |= {name: draw(values) for name, values in optional.items() if draw(st.booleans())}
    if "tools" in body and draw(st.booleans()):
        choices = [{"type": "auto"}, {"type": "any"}, {"type": "tool", "name": body["tools"][0]["name"]}]
        choice = draw(st.sampled_from(choices))
        alone = draw(st.booleans())
        body["tool_choice"] = choice | ({"disable_parallel_tool_use": True} if alone else {})
    return body
