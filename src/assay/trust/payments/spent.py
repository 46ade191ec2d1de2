"""What went out of a budget so far. Whoever enforces the budget keeps it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

_DAY_S = 86_400


def day_of(at: int) -> int:
    """The day of UTC that a second (Unix) is in, counted from 1970-01-01."""
    return at // _DAY_S


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums in the asset's smallest units, as of one day. What is set aside for calls under way is spent as well."""

    charged: int = 0
    """By receipts, on all days."""
    held: int = 0
    """Set aside for calls of all days that may still be charged."""
    charged_today: int = 0
    """For calls that began on the day."""
    held_today: int = 0

    @property
    def total(self) -> int:
        return self.charged + self.held

    @property
    def day(self) -> int:
        return self.charged_today + self.held_today

    def reserve(self, maximum: int) -> Self:
        """With ``maximum`` set aside for a call that begins on the day."""
        return replace(self, held=self.held + maximum, held_today=self.held_today + maximum)

    def commit(self, maximum: int, amount: int) -> Self:
        """With ``amount`` charged for a call of the day, instead of ``maximum`` set aside; 0 releases it."""
        return replace(
            self,
            charged=self.charged + amount,
            held=self.held - maximum,
            charged_today=self.charged_today + amount,
            held_today=self.held_today - maximum,
        )
