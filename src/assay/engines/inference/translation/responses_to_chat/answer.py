"""A Chat Completions answer as a Response."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation import chat_answer
from assay.engines.inference.translation.responses_to_chat.response import begun, ended, item, item_id


def translate(body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    answer = chat_answer.read(body)
    statuses = ["completed"] * len(answer.segments)
    if statuses and answer.finish_reason == "length":
        statuses[-1] = "incomplete"
    output = [
        item(segment, item_id(segment.kind, answer.id, place), status)
        for place, (segment, status) in enumerate(zip(answer.segments, statuses, strict=True))
    ]
    return ended(
        begun(answer.id, answer.model, answer.created, asked),
        output,
        finish_reason=answer.finish_reason,
        service_tier=answer.service_tier,
        usage=answer.usage,
    )
