"""What to offer per gas (EIP-1559): enough for the next blocks, and never more than the caller's cap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from assay.engines.chain.errors import FeeAboveCap
from assay.engines.chain.wire import Json, from_quantity

GWEI = 10**9

DEFAULT_CAP = 50 * GWEI
"""Wei per gas. Busy days on Ethereum are above it; rollups stay at a thousandth."""

_BLOCKS = 10
_PERCENTILE = 50
HISTORY: tuple[Json, ...] = (hex(_BLOCKS), "latest", [_PERCENTILE])
"""Parameters of ``eth_feeHistory`` for `suggest`."""

_REPLACEMENT = (9, 8)
"""Both fees must rise by a tenth for a node to take one transaction for another; an eighth leaves no doubt."""


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas: at most, and for the block's proposer."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int

    def above(self, other: Fees, cap: int) -> Fees:
        """These, or as much as it takes to replace a transaction that offered ``other``. Raises `FeeAboveCap`."""
        raised = Fees(
            max(self.max_fee_per_gas, _raised(other.max_fee_per_gas)),
            max(self.max_priority_fee_per_gas, _raised(other.max_priority_fee_per_gas)),
        )
        if raised.max_fee_per_gas > cap:
            raise _above(raised.max_fee_per_gas, cap)
        return raised


def suggest(history: Mapping[str, Any], cap: int) -> Fees:
    """Fees that the next block takes, and some more if base fees rise, up to ``cap``.

    ``history``: result of ``eth_feeHistory`` with `HISTORY`. Raises `FeeAboveCap` if the next block takes more.
    """
    base = from_quantity(history["baseFeePerGas"][-1])
    tips = [from_quantity(rewards[0]) for rewards in history.get("reward") or ()]
    tip = max(1, int(median(tips))) if tips else 1
    if base + tip > cap:
        raise _above(base + tip, cap)
    # The base fee rises by an eighth a block at most: twice of it is good for six full blocks.
    return Fees(min(2 * base + tip, cap), tip)


def _raised(fee: int) -> int:
    times, over = _REPLACEMENT
    return -(-fee * times // over)


def _above(fee: int, cap: int) -> FeeAboveCap:
    return FeeAboveCap(f"The chain asks for {fee / GWEI:g} gwei per gas; the cap is {cap / GWEI:g}.")
