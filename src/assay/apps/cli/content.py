"""What was said in a call, as far as a kept bundle holds it: the question's and the answer's text."""

from __future__ import annotations

from typing import Any

import orjson

from assay.apps.client.text import answer_text, event_text
from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.sse import DONE, parse
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.statement import Statement
from assay.trust.receipts.stream import BlockSplitter


def question_text(statement: Statement, bundle: Bundle) -> str:
    """The last thing that was asked; empty when the bundle keeps it private, or it is a form or no text."""
    if bundle.request is None or not statement.request.fields:
        return ""
    asked = orjson.loads(bundle.request)
    said = asked.get("messages") or asked.get("input") or asked.get("prompt") or ""
    return _text(said[-1] if isinstance(said, list) else said)


def said_text(statement: Statement, bundle: Bundle) -> str:
    """The answer's text; empty when the bundle keeps it private or it is no text."""
    if bundle.answer is None:
        return ""
    operation = Operation(statement.operation)
    if not statement.answer.stream:
        return answer_text(operation, orjson.loads(bundle.answer))
    events = filter(None, map(parse, BlockSplitter().feed(bundle.answer)))
    return "".join(event_text(operation, event.json()) for event in events if event.data != DONE)


def _text(said: Any) -> str:
    """Of a message, a content part, a list of parts, or what is a string already."""
    match said:
        case str():
            return said
        case list():
            return " ".join(filter(None, map(_text, said)))
        case {"content": content}:
            return _text(content)
        case {"text": str(text)}:
            return text
    return ""
