"""A Messages request as a Chat Completions request."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.messages_to_chat.conversation import messages
from assay.engines.inference.translation.messages_to_chat.tools import write_tools
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

_RENAMED = {
    "max_tokens": "max_completion_tokens",
    "stop_sequences": "stop",
    "temperature": "temperature",
    "top_p": "top_p",
}


def translate(body: dict[str, Any]) -> dict[str, Any]:
    with Parameters(body) as asked:
        chat: dict[str, Any] = {"model": asked.required_text("model"), "messages": list(messages(asked))}
        asked.carry(chat, _RENAMED)
        write_tools(asked, chat)
        _write_effort_and_format(asked, chat)
        if asked.take("stream"):
            chat["stream"] = True
            chat["stream_options"] = {"include_usage": True}
        with asked.object("metadata") as metadata:
            metadata.carry(chat, {"user_id": "user"})
        _write_tier(asked, chat)
        asked.take("cache_control")
        asked.accept("speed", "standard")
        asked.refuse("top_k", "use `top_p` or `temperature`, or a provider that speaks Messages")
        asked.refuse("container", "code execution needs a provider that speaks Messages")
        asked.refuse("mcp_servers", "call the MCP server from the client and offer its tools in `tools`")
    return chat


def _write_tier(asked: Parameters, chat: dict[str, Any]) -> None:
    match asked.text("service_tier"):
        case "standard_only":
            chat["service_tier"] = "default"
        case "auto" | None:  # what both dialects do unasked
            pass
        case _:
            raise InvalidParameter(asked.named("service_tier"), "`auto` or `standard_only`")


def _write_effort_and_format(asked: Parameters, chat: dict[str, Any]) -> None:
    effort = _thinking_effort(asked)
    with asked.object("output_config") as config:
        if effort == "none":
            config.refuse("effort", "with thinking disabled there is no effort to set; leave one of them out")
        effort = config.take("effort") or effort
        _write_format(config, "format", chat)
    _write_format(asked, "output_format", chat)  # the name of `output_config.format` while it was in beta
    if effort is not None:
        chat["reasoning_effort"] = effort


def _thinking_effort(asked: Parameters) -> str | None:
    """The effort that stands for a thinking budget; None leaves it to the model, as ``adaptive`` does."""
    with asked.object("thinking") as thinking:
        thinking.accept("display", "summarized", hint="a chat provider shows its thinking or has none")
        match thinking.text("type"):
            case "enabled":
                return _effort_of_budget(thinking)
            case "disabled":
                return "none"
            case "adaptive" | None:
                return None
            case other:
                raise thinking.unsupported(f"type={other}", "use `adaptive`, `enabled` or `disabled`")


def _effort_of_budget(thinking: Parameters) -> str:
    """Chat Completions has steps where Anthropic has a number of tokens: up to 2048, to 8192, and above."""
    budget = thinking.take("budget_tokens")
    if not isinstance(budget, int):
        raise InvalidParameter(thinking.named("budget_tokens"), "a number of tokens")
    if budget <= 2048:
        return "low"
    return "medium" if budget <= 8192 else "high"


def _write_format(owner: Parameters, field: str, chat: dict[str, Any]) -> None:
    with owner.object(field) as wanted:
        kind = wanted.text("type")
        if kind is None:
            return
        if kind != "json_schema":
            raise InvalidParameter(wanted.named("type"), "`json_schema`")
        chat["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "output", "schema": wanted.take("schema", {}), "strict": True},
        }
