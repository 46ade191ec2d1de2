"""The answer to an ask, before any dialect has shaped it."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum

from tests.upstreams.ask import Ask, Tool, count_tokens, pieces
from tests.upstreams.directives import Script
from tests.upstreams.schema_instance import Mentions, instance_of


class Finish(StrEnum):
    """Why the answer ended. The values are ours; each dialect has its own names."""

    END = "end"
    LENGTH = "length"
    TOOLS = "tools"
    STOP_SEQUENCE = "stop_sequence"
    REFUSAL = "refusal"
    FILTER = "content_filter"


@dataclass(frozen=True, slots=True)
class ToolCall:
    name: str
    arguments: str
    """JSON text."""
    token: str
    """Random part of the id; the dialect adds its prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    token: str
    """Random part of the answer's id."""
    id: str = ""
    """The whole id when a directive gives one."""
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    thinking: str = ""
    refusal: str = ""
    finish: Finish = Finish.END
    stopped_at: str | None = None
    """The stop sequence that was met."""
    with_usage: bool = True

    @property
    def thinking_tokens(self) -> int:
        return count_tokens([self.thinking])

    @property
    def output_tokens(self) -> int:
        arguments = (call.arguments for call in self.tool_calls)
        return self.thinking_tokens + count_tokens([self.text, self.refusal, *arguments])


def compose(ask: Ask, script: Script) -> Answer:
    """Answer as directed; without a direction call the tool that is asked for, fill the schema, or echo."""
    calls = _tool_calls(ask, script)
    text, finish, stopped_at = _limit(
        ask, script, "" if script.refusal else _text(ask, script, called=bool(calls))
    )
    if calls and finish is Finish.END:
        finish = Finish.TOOLS
    if script.refusal:
        finish = Finish.REFUSAL
    if script.finish:
        finish = Finish(script.finish)
    return Answer(
        token=secrets.token_hex(12),
        id=script.answer_id,
        text=text,
        tool_calls=calls,
        thinking=script.thinking or ("Let me see." if ask.think else ""),
        refusal=script.refusal,
        finish=finish,
        stopped_at=stopped_at,
        with_usage=not script.no_usage,
    )


def _tool_calls(ask: Ask, script: Script) -> tuple[ToolCall, ...]:
    calls = script.tool_calls or [
        (tool.name, json.dumps(instance_of(tool.parameters, script.text), ensure_ascii=False))
        for tool in _wanted_tools(ask)
    ]
    return tuple(ToolCall(name, arguments, secrets.token_hex(12)) for name, arguments in calls)


def _wanted_tools(ask: Ask) -> list[Tool]:
    """The tools that ``tool_choice`` names or the text mentions; the first one if one is required."""
    if ask.answers_tools or ask.tool_choice == "none":
        return []
    chosen = [tool for tool in ask.tools if tool.name == ask.tool_choice]
    mentioned = [tool for tool in ask.tools if _mentions(ask.text, tool.name)]
    required = list(ask.tools[:1]) if ask.tool_choice == "required" else []
    wanted = chosen or mentioned or required
    return wanted if ask.parallel_tools else wanted[:1]


def _mentions(text: str, name: str) -> bool:
    """A tool is meant by its name or by the noun that its name ends in: ``get_weather`` by "weather"."""
    noun = re.split(r"[_\W]", name)[-1]
    return re.search(rf"\b({re.escape(name)}|{re.escape(noun)})\b", text) is not None


def _text(ask: Ask, script: Script, *, called: bool) -> str:
    if script.say is not None:
        return script.say
    if called:
        return ""
    if script.words:
        return " ".join(f"w{n}" for n in range(1, script.words + 1))
    if ask.schema is not None:
        return json.dumps(instance_of(ask.schema, script.text), ensure_ascii=False)
    if ask.json_object:
        return json.dumps(dict.fromkeys(Mentions(script.text).quoted, "text"), ensure_ascii=False)
    return "\n".join([script.text or "Hello.", *(attachment.describe() for attachment in ask.attachments)])


def _limit(ask: Ask, script: Script, text: str) -> tuple[str, Finish, str | None]:
    """Cut the text at the first stop sequence, then at the token limit."""
    found = [(text.index(stop), stop) for stop in ask.stop if stop in text]
    finish, stopped_at = Finish.END, None
    if found:
        position, stopped_at = min(found)
        text, finish = text[:position], Finish.STOP_SEQUENCE
    words = pieces(text)
    if ask.max_tokens and not script.verbose and len(words) > ask.max_tokens:
        return "".join(words[: ask.max_tokens]), Finish.LENGTH, None
    return text, finish, stopped_at
