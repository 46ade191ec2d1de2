"""Anthropic tools and the choice among them, for Chat Completions."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def write_tools(asked: Parameters, chat: dict[str, Any]) -> None:
    """Write ``tools``, ``tool_choice`` and ``parallel_tool_calls``."""
    tools = [_function(tool) for tool in asked.objects("tools")]
    if tools:
        chat["tools"] = tools
    with asked.object("tool_choice") as choice:
        kind = choice.text("type")
        if kind == "tool":
            chat["tool_choice"] = {"type": "function", "function": {"name": choice.required_text("name")}}
        elif kind in _CHOICES:
            chat["tool_choice"] = _CHOICES[kind]
        elif kind is not None:
            raise InvalidParameter(choice.named("type"), "`auto`, `any`, `tool` or `none`")
        if choice.take("disable_parallel_tool_use"):
            chat["parallel_tool_calls"] = False


def _function(tool: Parameters) -> dict[str, Any]:
    with tool:
        kind = tool.take("type", "custom")
        if kind != "custom":
            raise tool.unsupported(f"type={kind}", "define it as a tool of your own, with an `input_schema`")
        tool.take("cache_control")
        tool.take("eager_input_streaming")  # when arguments arrive, not what they are
        tool.accept("defer_loading", False)
        tool.accept("allowed_callers", ["direct"])
        tool.refuse("input_examples", "put the examples in the description")
        function = {"name": tool.required_text("name"), "parameters": tool.take("input_schema", {})}
        tool.carry(function, {"description": "description", "strict": "strict"})
        return {"type": "function", "function": function}
