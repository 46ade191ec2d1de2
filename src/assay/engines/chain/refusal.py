"""What a node's error means. The codes of EIP-1474 say little; the sentences are geth's, which other nodes repeat."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from assay.engines.chain.errors import (
    AlreadyKnown,
    CallReverted,
    ChainGarbage,
    ChainRefused,
    FundsMissing,
    NonceTooLow,
    ReplacementUnderpriced,
)
from assay.engines.chain.wire import from_data

REVERTED = 3
"""JSON-RPC code of a call that was reverted, with what the contract said as data (geth, and all that follow it)."""

_SENTENCES: Mapping[str, type[ChainRefused]] = {
    "nonce too low": NonceTooLow,
    "already known": AlreadyKnown,
    "already imported": AlreadyKnown,
    "replacement transaction underpriced": ReplacementUnderpriced,
    "insufficient funds": FundsMissing,
}


def read_refusal(error: Any) -> ChainRefused:
    """The member ``error`` of a JSON-RPC response, as an exception. Raises `ChainGarbage` if it is none."""
    try:
        number, message = int(error["code"]), str(error["message"])
    except (LookupError, TypeError, ValueError):
        raise ChainGarbage("The node failed without saying how.") from None
    said = f"The node refused: {message}."
    if number == REVERTED or "execution reverted" in message.lower():
        return CallReverted(said, number, _data(error.get("data")))
    for sentence, kind in _SENTENCES.items():
        if sentence in message.lower():
            return kind(said, number)
    return ChainRefused(said, number)


def _data(value: Any) -> bytes:
    """What the contract said; some nodes wrap it once more."""
    with suppress(ChainGarbage):
        return from_data(value.get("data") if isinstance(value, Mapping) else value)
    return b""
