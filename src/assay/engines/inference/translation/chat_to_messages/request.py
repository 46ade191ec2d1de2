"""A Chat Completions request as a Messages request."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.chat_to_messages.conversation import write_conversation
from assay.engines.inference.translation.chat_to_messages.tools import write_tools
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

DEFAULT_MAX_TOKENS = 8192
"""Tokens an answer may have when the client sets no bound, because Anthropic requires one."""

_SAMPLING = "Anthropic samples by `temperature` and `top_p` alone"
_LOGPROBS = "Anthropic gives no token probabilities"


def translate(body: dict[str, Any]) -> dict[str, Any]:
    with Parameters(body) as asked:
        messages: dict[str, Any] = {"model": asked.required_text("model"), "max_tokens": _max_tokens(asked)}
        write_conversation(asked, messages)
        write_tools(asked, messages)
        _write_sampling(asked, messages)
        _write_effort_and_format(asked, messages)
        _write_account(asked, messages)
        if asked.take("stream"):
            messages["stream"] = True
        with asked.object("stream_options") as options:
            options.take("include_usage")  # honoured where the answer is translated
            options.accept("include_obfuscation", False)
        _refuse_the_rest(asked)
    return messages


def _max_tokens(asked: Parameters) -> int:
    """``max_tokens`` is the old name of ``max_completion_tokens``."""
    bounds = [b for b in (asked.take("max_completion_tokens"), asked.take("max_tokens")) if b is not None]
    if any(bound != bounds[0] for bound in bounds):
        raise asked.unsupported("max_tokens", "it contradicts `max_completion_tokens`; send one of them")
    bound = bounds[0] if bounds else DEFAULT_MAX_TOKENS
    if not isinstance(bound, int):
        raise InvalidParameter("max_completion_tokens", "a number of tokens")
    return bound


def _write_sampling(asked: Parameters, messages: dict[str, Any]) -> None:
    temperature = asked.take("temperature")
    if temperature is not None:
        if not isinstance(temperature, int | float):
            raise InvalidParameter("temperature", "a number")
        if temperature > 1:
            raise asked.unsupported(f"temperature={temperature}", "Anthropic's scale ends at 1")
        messages["temperature"] = temperature
    asked.carry(messages, {"top_p": "top_p", "top_k": "top_k"})
    stop = asked.take("stop")
    if stop is not None:
        messages["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    asked.accept("n", 1, hint="Anthropic gives one choice; ask several times")
    asked.accept("frequency_penalty", 0, hint=_SAMPLING)
    asked.accept("presence_penalty", 0, hint=_SAMPLING)
    asked.accept("logit_bias", {}, hint=_SAMPLING)
    asked.refuse("seed", "Anthropic has no seed; set `temperature` to 0 for the steadiest answers")
    asked.accept("top_logprobs", 0, hint=_LOGPROBS)
    asked.accept("logprobs", False, hint=_LOGPROBS)


def _write_effort_and_format(asked: Parameters, messages: dict[str, Any]) -> None:
    config: dict[str, Any] = {}
    effort = asked.text("reasoning_effort")
    if effort == "none":
        messages["thinking"] = {"type": "disabled"}
    elif effort is not None:
        messages["thinking"] = {"type": "adaptive"}
        config["effort"] = "low" if effort == "minimal" else effort  # Anthropic's scale starts at low
    wanted = _format(asked)
    if wanted is not None:
        config["format"] = wanted
    if config:
        messages["output_config"] = config


def _format(asked: Parameters) -> dict[str, Any] | None:
    """The answer's schema. Its name is only a label; its description speaks to the model and goes along."""
    with asked.object("response_format") as wanted:
        match wanted.text("type"):
            case "json_schema":
                with wanted.object("json_schema") as named:
                    named.take("name")
                    named.take("strict")  # Anthropic always holds to the schema
                    schema = named.take("schema", {})
                    description = named.text("description")
                    if description:
                        schema = {"description": description} | schema
                return {"type": "json_schema", "schema": schema}
            case "text" | None:
                return None
            case other:
                raise wanted.unsupported(f"type={other}", "use `json_schema`")


def _write_account(asked: Parameters, messages: dict[str, Any]) -> None:
    """Who asks, and under which terms.

    ``metadata`` comes back in the answer and ``store`` stores nothing here; cache settings set a price, not
    the answer.
    """
    user, safety_identifier = asked.text("user"), asked.text("safety_identifier")
    if user and safety_identifier and user != safety_identifier:
        raise asked.unsupported("user", "Anthropic has room for one of `user` and `safety_identifier`")
    if identifier := safety_identifier or user:
        messages["metadata"] = {"user_id": identifier}
    match asked.text("service_tier"):
        case "default":
            messages["service_tier"] = "standard_only"
        case "auto" | None:  # what both dialects do unasked
            pass
        case other:
            raise asked.unsupported(f"service_tier={other}", "use `auto` or `default`")
    for field in ("metadata", "store", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention"):
        asked.take(field)


def _refuse_the_rest(asked: Parameters) -> None:
    asked.accept("modalities", ["text"])
    asked.accept("verbosity", "medium", hint="say in the prompt how long the answer should be")
    asked.refuse("audio", "ask for text")
    asked.refuse("prediction", "Anthropic takes no predicted output")
    asked.refuse("web_search_options", "offer a search function of your own in `tools`")
