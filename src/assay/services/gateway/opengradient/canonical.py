"""The bytes over which OpenGradient's gateways sign: of a request what they honour, of an answer what was said.

Both sides compute them with Python's `json` and its defaults: ``", "`` and ``": "`` between, ``\\uXXXX`` for all that
is not ASCII, and numbers as Python writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import InvalidParameter, UnsupportedParameter


def request_bytes(operation: Operation, body: bytes) -> bytes:
    """What is signed of a request, a JSON object of ``chat.completions`` or ``completions``.

    Raises `InvalidParameter` for one that has no such bytes, and `UnsupportedParameter` where they would say what is
    not so.
    """
    # Read as their verifiers do: integers of any length stay what they are.
    asked = json.loads(body)
    _refuse_unsigned(operation, asked)
    signed = {"model": asked["model"], "temperature": _temperature(asked)}
    if operation is Operation.CHAT:
        signed["messages"] = [_message(message) for message in _list(asked, "messages")]
        optional: tuple[str, ...] = ("stop", "tools", "response_format")
    else:
        signed["prompt"] = asked.get("prompt")
        optional = ("stop",)
    if asked.get("max_tokens") is not None:
        signed["max_tokens"] = asked["max_tokens"]
    return _dumps(signed | {name: asked[name] for name in optional if asked.get(name)}).encode()


def output_text(operation: Operation, answer: Mapping[str, Any]) -> str:
    """What is signed of an answer, whole or put together from its stream: its first choice's text or tool calls."""
    choice = _first(answer.get("choices"))
    if operation is Operation.COMPLETIONS:
        return content_text(choice.get("text"))
    message = choice.get("message")
    if not isinstance(message, dict):
        return ""
    calls = message.get("tool_calls")
    if choice.get("finish_reason") == "tool_calls" and isinstance(calls, list):
        return _dumps(calls)
    return content_text(message.get("content"))


def content_text(content: Any) -> str:
    """The text of a message, which may come in parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "") if isinstance(part, dict) else part) for part in content)
    return content if isinstance(content, str) else ""


def _refuse_unsigned(operation: Operation, asked: Mapping[str, Any]) -> None:
    """A signature is over one choice of a model that was asked nothing else."""
    if asked.get("n") not in (None, 1):
        raise UnsupportedParameter("n", hint="OpenGradient's signature covers one choice")
    if asked.get("web_search"):
        raise UnsupportedParameter(
            "web_search", hint="this node searches nothing; give the model a tool that does"
        )
    if operation is Operation.COMPLETIONS and asked.get("stream"):
        raise UnsupportedParameter("stream", hint="OpenGradient's completions come whole; ask for a chat")


def _temperature(asked: Mapping[str, Any]) -> float:
    """What was asked for. Where nothing was, their bytes say 0.0, which is not what a provider takes it for."""
    temperature = asked.get("temperature")
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        raise InvalidParameter("temperature", "a number, since OpenGradient's signature names one")
    return float(temperature)


def _message(message: Any) -> dict[str, Any]:
    """A message without what their signatures leave out."""
    if not isinstance(message, dict):
        raise InvalidParameter("messages", "a list of objects")
    content = message.get("content")
    match message.get("role"):
        case "system" | "developer":
            return {"role": "system", "content": content}
        case "user":
            return {"role": "user", "content": _user_content(content)}
        case "assistant":
            calls = (
                [_call(call) for call in _list(message, "tool_calls")] if message.get("tool_calls") else []
            )
            return {"role": "assistant", "content": content or ""} | ({"tool_calls": calls} if calls else {})
        case "tool":
            return {"role": "tool", "content": content, "tool_call_id": message.get("tool_call_id")}
        case "function":
            return {"role": "function", "content": content, "name": message.get("name")}
    raise InvalidParameter("messages", "of the roles system, developer, user, assistant, tool and function")


def _user_content(content: Any) -> Any:
    """Text as it is; of anything else that is attached, only what kind it is and how its file is called."""
    return [_part(part) for part in content] if isinstance(content, list) else str(content)


def _part(part: Any) -> dict[str, Any]:
    if not isinstance(part, dict):
        return {"type": "text", "text": str(part)}
    if part.get("type") == "text":
        return {"type": "text", "text": part.get("text") or ""}
    file = part.get("file")
    name = (file.get("filename") if isinstance(file, dict) else None) or part.get("filename")
    return {"type": part.get("type")} | ({"filename": name} if name else {})


def _call(call: Any) -> dict[str, Any]:
    function = call.get("function", {}) if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise InvalidParameter("messages", "with tool calls that are objects")
    return {
        "id": call.get("id", ""),
        "type": call.get("type", "function"),
        "function": {"name": function.get("name", ""), "arguments": function.get("arguments", "")},
    }


def _list(asked: Mapping[str, Any], name: str) -> list[Any]:
    value = asked.get(name)
    if not isinstance(value, list):
        raise InvalidParameter(name, "a list of objects")
    return value


def _first(choices: Any) -> Mapping[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else {}
    return first if isinstance(first, dict) else {}


def _dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
