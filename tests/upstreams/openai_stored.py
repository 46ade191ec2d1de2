"""What OpenAI keeps: models, stored chat completions and responses, moderations. Any id is found."""

from __future__ import annotations

import time
from typing import Any

from tests.upstreams import openai_chat, openai_responses
from tests.upstreams.answer import Answer, compose
from tests.upstreams.ask import JSON, Ask, BadAsk
from tests.upstreams.directives import Script

MODELS = ("gpt-6-astra", "gpt-4o-mini", "gpt-image-2.5-flare", "text-embedding-3-small")

UNKNOWN_MODEL = "no-such-model"


def model(name: str) -> JSON:
    if name == UNKNOWN_MODEL:
        raise BadAsk(404, f"The model '{name}' does not exist or you do not have access to it.")
    return {"id": name, "object": "model", "created": 1_780_000_000, "owned_by": "scripted"}


def models() -> JSON:
    return {"object": "list", "data": [model(name) for name in MODELS]}


def deleted(name: str, kind: str) -> JSON:
    return {"id": name, "object": kind, "deleted": True}


def chat(completion_id: str, metadata: Any = None) -> JSON:
    body = {"model": MODELS[0], "messages": [{"role": "user", "content": "A stored question."}]}
    ask = openai_chat.read(body)
    answer = compose(ask, Script(text=ask.text, answer_id=completion_id))
    return {**openai_chat.whole(body, ask, answer), "metadata": metadata or {}}


def chats() -> JSON:
    found = chat("chatcmpl-stored")
    return {
        "object": "list",
        "data": [found],
        "first_id": found["id"],
        "last_id": found["id"],
        "has_more": False,
    }


def response(response_id: str) -> tuple[JSON, Ask, Answer]:
    """The request body, the reading and the answer of a stored response, ready to be shaped either way."""
    body = {"model": MODELS[0], "input": "A stored question."}
    ask = openai_responses.read(body)
    return body, ask, compose(ask, Script(text=ask.text, answer_id=response_id))


def compacted(body: JSON) -> JSON:
    ask = openai_responses.read(body)
    return {
        "id": "resp_compacted",
        "object": "response.compaction",
        "created_at": int(time.time()),
        "output": [{"type": "compaction", "id": "cmp_scripted", "encrypted_content": "c2NyaXB0ZWQ="}],
        "usage": openai_responses.usage(ask.input_tokens, 1),
    }


_TEXT_ONLY = (
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
)
_ALSO_IMAGES = (
    "self-harm",
    "self-harm/instructions",
    "self-harm/intent",
    "sexual",
    "violence",
    "violence/graphic",
)
_CATEGORIES = (*_TEXT_ONLY, "sexual/minors", *_ALSO_IMAGES)


def moderation(body: JSON) -> JSON:
    """Nothing is ever flagged."""
    inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
    result = {
        "flagged": False,
        "categories": dict.fromkeys(_CATEGORIES, False),
        "category_scores": dict.fromkeys(_CATEGORIES, 0.0),
        "category_applied_input_types": {name: ["text"] for name in _CATEGORIES},
    }
    model_name = body.get("model") or "omni-moderation-latest"
    return {"id": "modr-scripted", "model": model_name, "results": [result] * len(inputs)}
