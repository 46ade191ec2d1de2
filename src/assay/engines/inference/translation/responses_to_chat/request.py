"""A Responses request as a Chat Completions request."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.parameters import Parameters, UnsupportedParameter
from assay.engines.inference.translation.responses_to_chat.conversation import messages
from assay.engines.inference.translation.responses_to_chat.tools import write_tools

_RENAMED = {
    "max_output_tokens": "max_completion_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "user": "user",
    "safety_identifier": "safety_identifier",
}
_WITHOUT_STATE = "nothing is stored between calls: send the whole conversation in `input`"
_LOGPROBS = "message.output_text.logprobs"
_INCLUDABLE = ("reasoning.encrypted_content", _LOGPROBS)


def translate(body: dict[str, Any]) -> dict[str, Any]:
    with Parameters(body) as asked:
        chat: dict[str, Any] = {"model": asked.required_text("model"), "messages": messages(asked)}
        asked.carry(chat, _RENAMED)
        write_tools(asked, chat)
        _write_logprobs(asked, chat)
        _write_reasoning(asked, chat)
        _write_text(asked, chat)
        if (tier := asked.take("service_tier")) not in (None, "auto"):
            chat["service_tier"] = tier
        if asked.take("stream"):
            chat["stream"] = True
            chat["stream_options"] = {"include_usage": True}
        with asked.object("stream_options") as options:
            options.accept("include_obfuscation", False)
        _leave_behind(asked)
        _refuse_the_rest(asked)
    return chat


def _write_logprobs(asked: Parameters, chat: dict[str, Any]) -> None:
    included = asked.take("include", [])
    for name in included:
        if name not in _INCLUDABLE:
            raise UnsupportedParameter(
                f"include={name}", hint=f"what can be included: {', '.join(_INCLUDABLE)}"
            )
    top = asked.take("top_logprobs")
    if top or _LOGPROBS in included:
        chat["logprobs"] = True
    if top:
        chat["top_logprobs"] = top


def _write_reasoning(asked: Parameters, chat: dict[str, Any]) -> None:
    with asked.object("reasoning") as reasoning:
        reasoning.carry(chat, {"effort": "reasoning_effort"})
        shown = "a chat provider shows its thinking or has none; use `auto`"
        reasoning.accept("summary", "auto", hint=shown)
        reasoning.accept("generate_summary", "auto", hint=shown)
        reasoning.accept("context", "auto", "all_turns")
        reasoning.accept("mode", "standard")


def _write_text(asked: Parameters, chat: dict[str, Any]) -> None:
    with asked.object("text") as text:
        if (verbosity := text.take("verbosity")) not in (None, "medium"):
            chat["verbosity"] = verbosity
        with text.object("format") as wanted:
            kind = wanted.text("type")
            if kind == "json_schema":
                schema: dict[str, Any] = {}
                wanted.carry(schema, {name: name for name in ("name", "description", "schema", "strict")})
                chat["response_format"] = {"type": kind, "json_schema": schema}
            elif kind == "json_object":
                chat["response_format"] = {"type": kind}
            elif kind not in (None, "text"):
                raise wanted.unsupported(f"type={kind}", "use `text`, `json_schema` or `json_object`")


def _leave_behind(asked: Parameters) -> None:
    """What the answer gives back unchanged (``metadata``), what asks for storage that the answer says it did
    not get (``store``), and cache settings, which set a price and not the answer."""
    for field in ("metadata", "store", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"):
        asked.take(field)


def _refuse_the_rest(asked: Parameters) -> None:
    asked.refuse("previous_response_id", _WITHOUT_STATE)
    asked.refuse("conversation", _WITHOUT_STATE)
    asked.refuse("prompt", "send the prompt itself in `instructions` and `input`")
    asked.accept("background", False, hint="ask for a stream instead")
    asked.accept("truncation", "disabled", hint="shorten the input before you send it")
    asked.refuse("max_tool_calls", "it bounds built-in tools, and there are none; count your own calls")
    asked.refuse("context_management", "shorten the input before you send it")
