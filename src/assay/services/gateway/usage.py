"""What an answer consumed, read from the provider's own words, or counted where it gave none."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from assay.engines.inference.operation import Operation
from assay.trust.receipts.predicate import Price, Usage

BYTES_PER_TOKEN = 4
"""Where a provider reports no usage, a token of input is taken to be this many bytes of request."""

_USAGE = b'"usage"'
_USAGE_OBJECT = re.compile(rb'"usage"\s*:\s*\{')
_PICTURE_DONE = re.compile(rb'"type"\s*:\s*"image_(?:generation|edit)\.completed"')


def usage_of(operation: Operation, asked: Mapping[str, Any], answer: Mapping[str, Any], size: int) -> Usage:
    """Usage of a whole answer in the dialect of ``operation``; ``size`` is the request's, in bytes."""
    if operation.counts:
        return Usage()
    reported = answer.get("usage")
    pictures = answer.get("data")
    images = len(pictures) if operation.draws and isinstance(pictures, list) else 0
    if isinstance(reported, dict):
        return _read(reported, images)
    if operation.draws:
        return Usage(images=images, source="node")
    return Usage(input_tokens=size // BYTES_PER_TOKEN, source="node")


class UsageMeter:
    """Follows a stream in the provider's dialect, and knows what it has consumed and whether that is paid for."""

    __slots__ = (
        "_affordable",
        "_chunks",
        "_draws",
        "_maximum",
        "_price",
        "_reported",
        "_size",
        "_taken_for",
        "images",
    )

    def __init__(self, operation: Operation, size: int, price: Price, maximum: int, taken_for: int) -> None:
        """``size`` is that of the request sent to the provider, in bytes; ``maximum`` micro-USD are reserved.

        For the request itself no more than ``taken_for`` tokens count against them, even where there are more: those
        are spent when the stream begins, and to end it for them would help nobody.
        """
        self._draws = operation.draws
        self._size = size
        self._price = price
        self._maximum = maximum
        self._taken_for = taken_for
        self._chunks = 0
        self._reported: dict[str, Any] = {}
        self.images = 0
        """Pictures finished so far."""
        self._weigh()

    @property
    def is_overspent(self) -> bool:
        """Whether what has come so far costs more than what is reserved."""
        return self._chunks > self._affordable

    def see(self, block: bytes) -> None:
        """Note one event block of the provider."""
        self._chunks += 1
        if _USAGE in block and _USAGE_OBJECT.search(block):
            self._reported |= _usage_in(event_data(block))
            self._weigh()
        if self._draws and _PICTURE_DONE.search(block):
            self.images += 1
            self._weigh()

    def _weigh(self) -> None:
        """Find out how many events are paid for, so that no cost has to be worked out at each of them."""
        usage = self.usage()
        given = min(usage.input_tokens, self._taken_for)
        weighed = replace(
            usage, input_tokens=given, cached_input_tokens=min(usage.cached_input_tokens, given)
        )
        if usage.source == "node":
            self._affordable = self._price.output_within(self._maximum, weighed)
        else:
            self._affordable = sys.maxsize if self._price.cost(weighed) <= self._maximum else -1

    def usage(self) -> Usage:
        """As reported by the provider; else a token for each event, and the request's size over four."""
        if "output_tokens" in self._reported or "completion_tokens" in self._reported:
            return _read(self._reported, self.images)
        counted = Usage(self._size // BYTES_PER_TOKEN, self._chunks, images=self.images, source="node")
        if "input_tokens" in self._reported:  # Anthropic says at the start what the prompt was worth
            known = _read(self._reported, images=0)
            return Usage(known.input_tokens, self._chunks, known.cached_input_tokens, source="node")
        return counted


def event_data(block: bytes) -> dict[str, Any]:
    """The JSON object that an event block carries, or an empty one."""
    data = b"\n".join(line[5:].strip() for line in block.splitlines() if line.startswith(b"data:"))
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def is_usage_only(block: bytes) -> bool:
    """Whether an OpenAI chat chunk carries nothing but usage: what ``include_usage`` adds at the end."""
    if _USAGE not in block or not _USAGE_OBJECT.search(block):
        return False
    return event_data(block).get("choices") == []


def _usage_in(event: dict[str, Any]) -> dict[str, Any]:
    for holder in (event, event.get("response"), event.get("message")):
        if isinstance(holder, dict) and isinstance(holder.get("usage"), dict):
            found: dict[str, Any] = {
                name: value for name, value in holder["usage"].items() if value is not None
            }
            if event.get("type") == "message_start":  # counts an answer that has not been written
                found.pop("output_tokens", None)
            return found
    return {}


def _read(reported: Mapping[str, Any], images: int) -> Usage:
    """OpenAI counts cached tokens among the prompt's, Anthropic beside them."""
    if "prompt_tokens" in reported:
        cached = _cached(reported.get("prompt_tokens_details"))
        return _usage(reported["prompt_tokens"], reported.get("completion_tokens"), cached, images)
    if "cache_read_input_tokens" in reported or "cache_creation_input_tokens" in reported:
        read = _whole(reported.get("cache_read_input_tokens"), 0)
        written = _whole(reported.get("cache_creation_input_tokens"), 0)
        total = _whole(reported.get("input_tokens"), 0) + read + written
        return _usage(total, reported.get("output_tokens"), read, images)
    cached = _cached(reported.get("input_tokens_details"))
    return _usage(reported.get("input_tokens"), reported.get("output_tokens"), cached, images)


def _cached(details: Any) -> int:
    return _whole(details.get("cached_tokens"), 0) if isinstance(details, dict) else 0


def _usage(given: Any, made: Any, cached: int, images: int) -> Usage:
    total = _whole(given, 0)
    return Usage(total, _whole(made, 0), min(cached, total), images)


def _whole(value: Any, default: int) -> int:
    return value if type(value) is int and 0 <= value < 2**40 else default
