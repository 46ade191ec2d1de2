"""What was said is the same whole and streamed, and differs by nothing that is new at every run."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from tests.upstreams import ScriptedUpstream

from assay.errors import FormatError
from assay.trust.receipts.output import output_digest

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

CHAT_TOOL = [{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
TEXT = "!!say Una firma, por favor."
TOOLS = '!!tool weather {"city":"Paris"}\n!!tool weather {"city":"Rome"}'

ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("chat.completions", {"messages": [{"role": "user", "content": TEXT}]}),
    "chat tools": (
        "chat.completions",
        {"messages": [{"role": "user", "content": TOOLS}], "tools": CHAT_TOOL},
    ),
    "messages": ("messages", {"max_tokens": 99, "messages": [{"role": "user", "content": TEXT}]}),
    "messages tools": (
        "messages",
        {
            "max_tokens": 99,
            "messages": [{"role": "user", "content": TOOLS}],
            "tools": [{"name": "weather", "input_schema": WEATHER}],
        },
    ),
    "responses": ("responses", {"input": TEXT}),
    "completions": ("completions", {"prompt": TEXT}),
}
PATHS = {"chat.completions": "chat/completions"}


def digest(upstream: ScriptedUpstream, operation: str, body: dict[str, Any], *, streamed: bool) -> str:
    answer = httpx2.post(
        f"{upstream.url}/v1/{PATHS.get(operation, operation)}",
        json={"model": "gpt-test", "stream": streamed, **body},
        headers={"authorization": "Bearer k", "x-api-key": "k", "anthropic-version": "2023-06-01"},
    )
    assert answer.status_code == 200, answer.text
    return output_digest(operation, answer.content, streamed=streamed)


@pytest.mark.parametrize("case", sorted(ASKED))
def test_equal_whole_and_streamed(case: str, upstream: ScriptedUpstream) -> None:
    operation, body = ASKED[case]
    first = digest(upstream, operation, body, streamed=False)
    assert digest(upstream, operation, body, streamed=False) == first
    assert digest(upstream, operation, body, streamed=True) == first
    other = json.loads(json.dumps(body).replace("firma", "Firma").replace("Rome", "Oslo"))
    assert digest(upstream, operation, other, streamed=True) != first


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(FormatError):
        output_digest("chat.completions", b"[]", streamed=False)
    with pytest.raises(FormatError):
        output_digest("messages", b"data: 1\n\n", streamed=True)
