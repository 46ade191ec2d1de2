"""Chat messages as Anthropic turns."""

from __future__ import annotations

from typing import Any

import orjson

from assay.engines.inference.translation import reasoning
from assay.engines.inference.translation.chat_parts import compact
from assay.engines.inference.translation.chat_to_messages.content import Block, text_block, texts, user_blocks
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters
from assay.engines.inference.translation.segments import Kind, Segment

Turn = tuple[str, list[Block]]


def write_conversation(asked: Parameters, target: dict[str, Any]) -> None:
    """Write ``system`` and ``messages``.

    Instructions at the start are the system prompt; later ones stay in their place as ``system`` turns.
    Messages of one role in a row are one turn, because results of parallel calls must come together.
    """
    turns: list[Turn] = []
    for message in asked.objects("messages"):
        with message:
            role, blocks = _turn(message)
            if turns and turns[-1][0] == role:
                turns[-1][1].extend(blocks)
            else:
                turns.append((role, blocks))
    if turns and turns[0][0] == "system":
        target["system"] = compact(turns.pop(0)[1])
    target["messages"] = [{"role": role, "content": compact(blocks)} for role, blocks in turns]


def _turn(message: Parameters) -> Turn:
    role = message.required_text("role")
    if role != "tool":
        message.refuse("name", "put the name into the text; Anthropic's turns have none")
    match role:
        case "system" | "developer":
            return "system", texts(message)
        case "user":
            return "user", list(user_blocks(message))
        case "assistant":
            return "assistant", _assistant(message)
        case "tool":
            return "user", [_tool_result(message)]
        case "function":
            raise message.unsupported("role=function", "use `tool` messages")
        case _:
            raise InvalidParameter(message.named("role"), "a role of Chat Completions")


def _tool_result(message: Parameters) -> Block:
    message.take("name")  # repeats the function that the call id already points to
    return {
        "type": "tool_result",
        "tool_use_id": message.required_text("tool_call_id"),
        "content": compact(texts(message)),
    }


def _assistant(message: Parameters) -> list[Block]:
    message.refuse("function_call", "use `tool_calls`")
    message.refuse("audio", "send the transcript as text")
    message.accept("annotations", [])
    blocks = _thinking(message)
    for part in message.content("content"):
        with part:
            match part.required_text("type"):
                case "text":
                    blocks.append(text_block(part))
                case "refusal":
                    blocks.append({"type": "text", "text": part.required_text("refusal")})
                case other:
                    raise part.unsupported(f"type={other}")
    if refusal := message.text("refusal"):
        blocks.append({"type": "text", "text": refusal})
    blocks = [block for block in blocks if block.get("text") != ""]  # Anthropic allows no empty text
    blocks.extend(_tool_use(call) for call in message.objects("tool_calls"))
    return blocks


def _thinking(message: Parameters) -> list[Block]:
    fields = {name: message.take(name) for name in ("reasoning_details", "reasoning_content", "reasoning")}
    blocks = [_thinking_block(thought) for thought in reasoning.from_chat(fields)]
    if None in blocks:
        raise message.unsupported(
            "reasoning_content",
            "Anthropic takes back only thinking it has signed: return `reasoning_details` too, or neither",
        )
    return [block for block in blocks if block is not None]


def _thinking_block(thought: Segment) -> Block | None:
    if thought.kind is Kind.REDACTED:
        return {"type": "redacted_thinking", "data": thought.text}
    if not thought.signature:
        return None
    return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


def _tool_use(call: Parameters) -> Block:
    with call:
        call.take("index")  # left over where a client has put streamed pieces together
        kind = call.take("type", "function")
        if kind != "function":
            raise call.unsupported(f"type={kind}", "use function tools")
        with call.object("function") as function:
            return {
                "type": "tool_use",
                "id": call.required_text("id"),
                "name": function.required_text("name"),
                "input": _arguments(function),
            }


def _arguments(function: Parameters) -> dict[str, Any]:
    try:
        arguments = orjson.loads(function.text("arguments") or "{}")
    except orjson.JSONDecodeError:
        arguments = None
    if not isinstance(arguments, dict):
        raise InvalidParameter(function.named("arguments"), "a JSON object in a string")
    return arguments
