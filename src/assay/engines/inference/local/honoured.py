"""What llama.cpp does with each parameter, for the carried chat model.

llama.cpp ignores what it does not know and bends what it cannot do: it answers a call with tools as if there
were none, clips a seed to 32 bits, and counts the tokens of the first of several choices only. A receipt
would then claim what did not happen, so that such a request is refused by name before it is sent.
"""

from __future__ import annotations

from typing import Any

from assay.engines.inference.local.grammar import check_schema
from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

_LARGEST_SEED = 2**32 - 2
"""The engine's seeds have 32 bits, and it takes the largest for `choose one yourself`."""

_STRONGER = "the carried demo model cannot; choose another model"
_ONE = "the carried model answers once a call; ask again for more"

_BY_THE_ENGINE = ("model", "stream", "temperature", "top_p", "top_k", "min_p")
_PENALTIES = ("frequency_penalty", "presence_penalty")
_OF_THE_CALLER = ("user", "safety_identifier", "metadata", "prompt_cache_key")
"""Words about the call and not about the answer; nothing here acts on them."""

_ROLES = ("system", "developer", "user", "assistant")


def check_request(operation: Operation, body: dict[str, Any]) -> None:
    """Pass a request of which every field will be honoured.

    Raises `UnsupportedParameter` or `InvalidParameter`, naming the first field that would not be.
    """
    with Parameters(body) as asked:
        match operation:
            case Operation.CHAT:
                _check_chat(asked)
            case Operation.COMPLETIONS:
                _check_completion(asked)
            case Operation.COUNT_TOKENS:
                _check_count(asked)


def _check_chat(asked: Parameters) -> None:
    _check_sampling(asked)
    _check_messages(asked, _ROLES)
    _check_format(asked.object("response_format"))
    _check_length(asked, "max_completion_tokens")
    asked.take("logprobs")
    top = asked.take("top_logprobs", 0)
    if type(top) is not int or not 0 <= top <= 20:
        raise InvalidParameter("top_logprobs", "a number from 0 to 20")
    asked.accept("tools", [], hint=_STRONGER)
    asked.accept("tool_choice", "none", "auto", hint=_STRONGER)
    asked.take("parallel_tool_calls")  # says nothing where there are no tools
    asked.accept("functions", [], hint=_STRONGER)
    asked.accept("function_call", "none", "auto", hint=_STRONGER)
    asked.accept("modalities", ["text"], hint=_STRONGER)
    asked.accept("reasoning_effort", "none", hint=_STRONGER)
    asked.accept("verbosity", "medium", hint=_STRONGER)
    asked.accept("service_tier", "auto", "default")
    asked.accept("store", False, hint="nothing is kept here; leave it out")


def _check_completion(asked: Parameters) -> None:
    _check_sampling(asked)
    prompt = asked.take("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str) or not prompt:
        raise InvalidParameter("prompt", "one text that is not empty")
    asked.accept("best_of", 1, hint=_ONE)
    asked.accept("echo", False, hint="put the prompt before the answer yourself")
    asked.accept("suffix", "", hint=_STRONGER)
    asked.refuse("logprobs", hint="ask for them at /v1/chat/completions")


def _check_count(asked: Parameters) -> None:
    asked.take("model")
    for part in asked.content("system"):
        _check_text(part)
    _check_messages(asked, ("user", "assistant"))
    asked.accept("tools", [], hint=_STRONGER)


def _check_sampling(asked: Parameters) -> None:
    for field in (*_BY_THE_ENGINE, *_PENALTIES, *_OF_THE_CALLER):
        asked.take(field)
    asked.accept("n", 1, hint=_ONE)
    _check_length(asked, "max_tokens")
    _check_seed(asked)
    _check_stop(asked)
    _check_bias(asked.take("logit_bias", {}))
    with asked.object("stream_options") as options:
        options.take("include_usage")
        options.accept("include_obfuscation", False)


def _check_length(asked: Parameters, field: str) -> None:
    value = asked.take(field, 1)
    if type(value) is not int or value < 1:
        raise InvalidParameter(asked.named(field), "a number from 1")


def _check_seed(asked: Parameters) -> None:
    seed = asked.take("seed", 0)
    if type(seed) is not int or not 0 <= seed <= _LARGEST_SEED:
        raise InvalidParameter("seed", f"a whole number from 0 to {_LARGEST_SEED}")


def _check_stop(asked: Parameters) -> None:
    stop = asked.take("stop", [])
    texts = [stop] if isinstance(stop, str) else stop
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise InvalidParameter("stop", "a text or a list of texts, none of them empty")


def _check_bias(bias: Any) -> None:
    """Of OpenAI's form: token numbers as text, and a number for each."""
    if not isinstance(bias, dict) or not all(map(_is_bias, bias.items())):
        raise InvalidParameter("logit_bias", "an object from token numbers to biases")


def _is_bias(entry: tuple[str, Any]) -> bool:
    token, bias = entry
    return token.isdecimal() and type(bias) in (int, float)


def _check_messages(asked: Parameters, roles: tuple[str, ...]) -> None:
    count = 0
    for message in asked.objects("messages"):
        count += 1
        with message:
            if message.take("role") not in roles:
                raise message.unsupported("role", hint=_STRONGER)
            parts = 0
            for part in message.content("content"):
                _check_text(part)
                parts += 1
            if not parts:
                raise InvalidParameter(message.named("content"), "a text")
    if not count:
        raise InvalidParameter("messages", "a list of at least one message")


def _check_text(part: Parameters) -> None:
    with part:
        if part.take("type") != "text":
            raise part.unsupported("type", hint=_STRONGER)
        part.required_text("text")
        part.take("cache_control")  # about the price of a prompt, and there is no cache here


def _check_format(asked: Parameters) -> None:
    with asked:
        kind = asked.take("type", "text")
        if kind == "json_schema":
            with asked.object("json_schema") as form:
                form.required_text("name")
                form.take("description")
                form.take("strict")  # the grammar admits nothing else in either case
                check_schema(form.take("schema"), form.named("schema"))
        elif kind not in ("text", "json_object"):
            raise asked.unsupported("type")
