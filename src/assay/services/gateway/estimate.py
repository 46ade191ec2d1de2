"""What a call may cost at most, before it is known what it will cost: so much is reserved, and no more is charged.

Too little would end streams early and let the node pay for the rest of whole answers; too much turns callers away who
could have paid. So what the caller limits is taken at its word, and what nobody limits is taken to be long.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.engines.inference.operation import Operation
from assay.services.gateway.usage import BYTES_PER_TOKEN
from assay.trust.receipts.predicate import Price, Usage

DEFAULT_OUTPUT_TOKENS = 16_384
"""Reserved for an answer whose length the caller did not limit: more than most models write."""
FRAMING_EVENTS = 32
"""Events of a stream that carry no token, but count as one where the provider reports no usage: its beginning, its end,
pings. They too must fit into what is reserved."""
ADDED_TOKENS = 1024
"""What a provider may add to a request, such as the instructions that come with tools."""

_LIMITS = ("max_completion_tokens", "max_output_tokens", "max_tokens")
_NO_OUTPUT = frozenset({Operation.EMBEDDINGS, Operation.MODERATIONS})


def estimate(price: Price, operation: Operation, asked: Mapping[str, Any], size: int) -> int:
    """Micro-USD to reserve for a request of ``size`` bytes, whose members are ``asked``."""
    if operation.counts:
        return 0
    given = size // BYTES_PER_TOKEN + ADDED_TOKENS
    if operation.draws:
        return price.cost(Usage(given, images=_count(asked.get("n"), 1)))
    if operation in _NO_OUTPUT:
        return price.cost(Usage(given))
    return price.cost(Usage(given, _answers(operation, asked) * (_longest(asked) + FRAMING_EVENTS)))


def _longest(asked: Mapping[str, Any]) -> int:
    """Tokens of one answer. Which of several limits a provider heeds is its own affair, so the highest counts."""
    limits = [asked[name] for name in _LIMITS if asked.get(name) is not None]
    return max((_count(limit, DEFAULT_OUTPUT_TOKENS) for limit in limits), default=DEFAULT_OUTPUT_TOKENS)


def _answers(operation: Operation, asked: Mapping[str, Any]) -> int:
    """How many answers one request asks for: to each prompt, and of each so many that the best can be chosen."""
    answers = max(_count(asked.get("n"), 1), _count(asked.get("best_of"), 1))
    prompt = asked.get("prompt")
    if operation is Operation.COMPLETIONS and isinstance(prompt, list) and not _is_tokens(prompt):
        answers *= len(prompt)
    return answers


def _is_tokens(prompt: list[Any]) -> bool:
    """Whether a list is one prompt, spelt as the numbers of its tokens."""
    return all(type(item) is int for item in prompt)


def _count(value: Any, default: int) -> int:
    return value if type(value) is int and 0 <= value < 2**40 else default
