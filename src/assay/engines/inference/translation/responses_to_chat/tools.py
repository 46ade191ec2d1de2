"""Responses tools and the choice among them, for Chat Completions."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.function_tools import allowed_tools, function_name
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters


def write_tools(asked: Parameters, chat: dict[str, Any]) -> None:
    """Write ``tools``, ``tool_choice`` and ``parallel_tool_calls``."""
    tools = [_function(tool) for tool in asked.objects("tools")]
    choice, names = _choice(asked)
    if names is not None:
        tools = [tool for tool in tools if tool["function"]["name"] in names]
    if tools:
        chat["tools"] = tools
    if choice is not None and (tools or choice != "auto"):
        chat["tool_choice"] = choice
    parallel = asked.take("parallel_tool_calls")
    if parallel is not None and tools:  # chat servers refuse the setting where there is nothing to call
        chat["parallel_tool_calls"] = parallel


def _function(tool: Parameters) -> dict[str, Any]:
    with tool:
        kind = tool.required_text("type")
        if kind != "function":
            raise tool.unsupported(f"type={kind}", "define it as a function tool and run it yourself")
        tool.accept("async", False)
        tool.accept("defer_loading", False)
        tool.accept("allowed_callers", ["direct"])
        tool.refuse("output_schema", "put it into the description")
        function = {"name": tool.required_text("name")}
        tool.carry(function, {field: field for field in ("description", "parameters", "strict")})
        return {"type": "function", "function": function}


def _choice(asked: Parameters) -> tuple[str | dict[str, Any] | None, set[str] | None]:
    """The choice in chat's shape, and the names to which it narrows the tools."""
    given = asked.take("tool_choice")
    if given is None or given in ("none", "auto", "required"):
        return given, None
    if not isinstance(given, dict):
        raise InvalidParameter("tool_choice", "`none`, `auto`, `required` or an object")
    with Parameters(given, "tool_choice") as choice:
        if given.get("type") == "allowed_tools":
            choice.take("type")
            return allowed_tools(choice)
        return {"type": "function", "function": {"name": function_name(choice)}}, None
