"""Responses input items as chat messages.

Items are finer than messages: a run of reasoning, words and calls is one assistant message. Ids and statuses
of items stay behind, as nothing is stored for them to point to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assay.engines.inference.translation import reasoning
from assay.engines.inference.translation.chat_parts import Part, compact, text, tool_message
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters
from assay.engines.inference.translation.responses_to_chat import reasoning_items
from assay.engines.inference.translation.responses_to_chat.content import assistant_parts, parts
from assay.engines.inference.translation.segments import Segment

Message = dict[str, Any]


def messages(asked: Parameters) -> list[Message]:
    """The instructions and every item of the input, in order."""
    conversation = _Conversation()
    if instructions := asked.text("instructions"):
        conversation.say("system", [text(instructions)])
    for item in asked.content("input", "input_text"):
        with item:
            _add(item, conversation)
    return conversation.whole()


def _add(item: Parameters, conversation: _Conversation) -> None:
    item.take("id")
    item.take("status")
    match item.take("type", "message"):
        case "message":
            _add_message(item, conversation)
        case "input_text":  # what an input that is a bare string has been read as
            conversation.say("user", [text(item.required_text("text"))])
        case "function_call":
            conversation.assistant.calls.append(_call(item))
        case "function_call_output":
            conversation.result(item.required_text("call_id"), list(parts(item, "output")))
            item.take("name")  # repeats the function that the call id already points to
        case "reasoning":
            conversation.assistant.thoughts.append(reasoning_items.read(item))
        case other:
            raise item.unsupported(f"type={other}", "send messages, function calls and outputs, or reasoning")


def _add_message(item: Parameters, conversation: _Conversation) -> None:
    match item.required_text("role"):
        case "user":
            conversation.say("user", list(parts(item, "content")))
        case "system" | "developer":  # the latter is OpenAI's alone; chat servers elsewhere fail on it
            conversation.say("system", list(parts(item, "content")))
        case "assistant":
            conversation.assistant.said.extend(assistant_parts(item))
        case _:
            raise InvalidParameter(item.named("role"), "`user`, `assistant`, `system` or `developer`")


def _call(item: Parameters) -> dict[str, Any]:
    item.accept("caller", {"type": "direct"})
    item.accept("async", False)
    function = {"name": item.required_text("name"), "arguments": item.required_text("arguments")}
    return {"id": item.required_text("call_id"), "type": "function", "function": function}


@dataclass(slots=True)
class _AssistantTurn:
    thoughts: list[Segment] = field(default_factory=list)
    said: list[Part] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def message(self) -> Message:
        content = compact(self.said) if self.said or not self.calls else None
        message: Message = {"role": "assistant", "content": content}
        if self.calls:
            message["tool_calls"] = self.calls
        return message | reasoning.to_chat(self.thoughts)


class _Conversation:
    """The messages so far, and what may still grow: the assistant's turn, and attachments of results."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._turn: _AssistantTurn | None = None
        self._attached: list[Part] = []

    @property
    def assistant(self) -> _AssistantTurn:
        """The assistant's turn; it begins when it is first asked for."""
        if self._turn is None:
            self._hand_over_attachments()
            self._turn = _AssistantTurn()
        return self._turn

    def say(self, role: str, said: list[Part]) -> None:
        self._end_turn()
        if role == "user":
            said, self._attached = self._attached + said, []
        self._hand_over_attachments()
        self._messages.append({"role": role, "content": compact(said)})

    def result(self, call: str, output: list[Part]) -> None:
        """All results of one turn stand together; their attachments wait for the last of them."""
        self._end_turn()
        message, attached = tool_message(call, output)
        self._messages.append(message)
        self._attached.extend(attached)

    def whole(self) -> list[Message]:
        self._end_turn()
        self._hand_over_attachments()
        return self._messages

    def _end_turn(self) -> None:
        if self._turn is not None:
            self._messages.append(self._turn.message())
            self._turn = None

    def _hand_over_attachments(self) -> None:
        if self._attached:
            self._messages.append({"role": "user", "content": compact(self._attached)})
            self._attached = []
