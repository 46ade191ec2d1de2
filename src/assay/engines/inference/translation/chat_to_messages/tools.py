"""Chat function tools and the choice among them, for Anthropic."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.function_tools import allowed_tools, function_name
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

Choice = dict[str, Any]

_MODES = {"none": "none", "auto": "auto", "required": "any"}
_NO_PARAMETERS = {"type": "object", "properties": {}}


def write_tools(asked: Parameters, target: dict[str, Any]) -> None:
    """Write ``tools`` and ``tool_choice``."""
    asked.refuse("functions", "use `tools`")
    asked.refuse("function_call", "use `tool_choice`")
    tools = [_tool(tool) for tool in asked.objects("tools")]
    choice, names = _choice(asked)
    if names is not None:
        tools = [tool for tool in tools if tool["name"] in names]
    if tools:
        target["tools"] = tools
    if asked.take("parallel_tool_calls") is False and tools:
        choice = choice or {"type": "auto"}
        if choice["type"] != "none":
            choice["disable_parallel_tool_use"] = True
    if choice:
        target["tool_choice"] = choice


def _tool(tool: Parameters) -> dict[str, Any]:
    with tool:
        kind = tool.required_text("type")
        if kind != "function":
            raise tool.unsupported(f"type={kind}", "use function tools")
        with tool.object("function") as function:
            translated = {
                "name": function.required_text("name"),
                "input_schema": function.take("parameters", _NO_PARAMETERS),
            }
            function.carry(translated, {"description": "description", "strict": "strict"})
        tool.carry(translated, {"cache_control": "cache_control"})
        return translated


def _choice(asked: Parameters) -> tuple[Choice | None, set[str] | None]:
    """Anthropic's choice, and the names to which it narrows the tools."""
    given = asked.take("tool_choice")
    if given is None:
        return None, None
    if isinstance(given, str):
        if given not in _MODES:
            raise InvalidParameter("tool_choice", "`none`, `auto`, `required` or an object")
        return {"type": _MODES[given]}, None
    if not isinstance(given, dict):
        raise InvalidParameter("tool_choice", "a string or an object")
    with Parameters(given, "tool_choice") as choice:
        if given.get("type") == "allowed_tools":
            choice.take("type")
            with choice.object("allowed_tools") as allowed:
                mode, names = allowed_tools(allowed)
            return {"type": _MODES[mode]}, names
        return {"type": "tool", "name": function_name(choice)}, None
