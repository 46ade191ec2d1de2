"""How far a budget has been spent on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.trust.payments.budget import Budget
from assay.trust.payments.spent import Spent


@dataclass(frozen=True, slots=True)
class Remaining:
    """A budget, what went out of it, and what one more call may come to. Amounts in the asset's smallest units."""

    budget: Budget
    spent: Spent
    next_call: int
    """At most, in this budget and all those above it."""

    @property
    def left(self) -> int:
        """What is left of it in all, though not for one call, nor for today."""
        return max(0, self.budget.total - self.spent.total)

    def to_json(self) -> dict[str, Any]:
        """With amounts as decimal text."""
        return {
            "asset": self.budget.asset,
            "expiry": self.budget.expiry,
            "total": str(self.budget.total),
            "left": str(self.left),
            "left_today": str(max(0, self.budget.per_day - self.spent.day)),
            "next_call": str(self.next_call),
        }
