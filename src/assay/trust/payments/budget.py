"""A budget: what an agent may spend of somebody's money, on what, until when. Signed by whoever grants it.

An agent may grant sub-budgets of its own. A sub-budget can only narrow: whatever it allows, so does every budget above.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from assay.errors import FormatError
from assay.trust.members import amount, count, digest, text
from assay.trust.payments.asset import MOST, is_asset, spell
from assay.trust.payments.errors import (
    BudgetExpired,
    HostNotInBudget,
    ModelNotInBudget,
    PerCallExceeded,
    PerDayExceeded,
    TotalExceeded,
)
from assay.trust.payments.pattern import any_matches
from assay.trust.payments.spent import Spent
from assay.trust.text import is_showable

NO_PARENT: Final = "00" * 32
MOST_PATTERNS: Final = 64
LONGEST_PATTERN: Final = 256

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_LAST_SECOND = 253_402_300_799
"""Of the year 9999, the last that calendars of Python have."""


@dataclass(frozen=True, slots=True)
class PaidCall:
    """One call, as a budget looks at it."""

    host: str
    model: str
    maximum: int
    """What it may come to, in the asset's smallest units."""
    at: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What is signed. Amounts in the asset's smallest units, addresses and asset in lower case."""

    owner: str
    """Address that signs it: whose money it is, or of a sub-budget the agent's that grants it."""
    agent_key: str
    """Address whose signatures spend it."""
    asset: str
    """`MICRO_USD`, or a token by its CAIP-19 name, which says the chain."""
    total: int
    per_call: int
    per_day: int
    """Days are those of UTC, and a call counts on the day on which it began."""
    models: tuple[str, ...]
    """Patterns, see `pattern`."""
    hosts: tuple[str, ...]
    """Patterns in lower case, without port."""
    expiry: int
    """Unix seconds: from this second on it allows nothing."""
    salt: str
    """32 bytes, hex, by which no two budgets are the same."""
    parent: str = NO_PARENT
    """Of a sub-budget: the id of the budget above it, hex."""

    def __post_init__(self) -> None:
        """Raises `FormatError`."""
        if not (_ADDRESS.fullmatch(self.owner) and _ADDRESS.fullmatch(self.agent_key)):
            raise FormatError("A budget names owner and agent by their addresses, in lower case.")
        if not is_asset(self.asset):
            raise FormatError("A budget is in micro-USD, or in a token by its CAIP-19 name in lower case.")
        if not all(0 <= each <= MOST for each in (self.total, self.per_call, self.per_day)):
            raise FormatError("An amount of a budget is from 0 to 2^256 - 1.")
        if not 0 <= self.expiry <= _LAST_SECOND:
            raise FormatError("A budget ends at a time in Unix seconds.")
        if not _are_patterns(self.models) or not _are_patterns(self.hosts):
            raise FormatError(f"A budget names 1 to {MOST_PATTERNS} models, and as many hosts.")
        if any(host != host.lower() for host in self.hosts):
            raise FormatError("A budget names hosts in lower case.")

    def check(self, call: PaidCall, spent: Spent) -> None:
        """Raises `BudgetRefused` for what is not allowed, and `BudgetExceeded` for more than is left.

        ``spent``: what went out of this budget before, on the day of the call and in all.
        """
        if call.at >= self.expiry:
            ended = datetime.fromtimestamp(self.expiry, UTC)
            raise BudgetExpired(f"The budget ended at {ended:%Y-%m-%d %H:%M}Z.")
        if not any_matches(self.hosts, call.host.lower()):
            raise HostNotInBudget(f"The budget is for {', '.join(self.hosts)}, and not for this host.")
        if not any_matches(self.models, call.model):
            raise ModelNotInBudget(f"The budget is for {', '.join(self.models)}, and not for this model.")
        asked, left = spell(call.maximum, self.asset), self.left(spent)
        if call.maximum > self.per_call:
            allowed = spell(self.per_call, self.asset)
            raise PerCallExceeded(f"The call may come to {asked}; the budget allows {allowed} for one.", left)
        if call.maximum > self.per_day - spent.day:
            rest = spell(max(0, self.per_day - spent.day), self.asset)
            raise PerDayExceeded(f"The call may come to {asked}; the budget has {rest} left today.", left)
        if call.maximum > self.total - spent.total:
            rest = spell(max(0, self.total - spent.total), self.asset)
            raise TotalExceeded(f"The call may come to {asked}; the budget has {rest} left.", left)

    def left(self, spent: Spent) -> int:
        """The most that one more call may come to."""
        return max(0, min(self.per_call, self.per_day - spent.day, self.total - spent.total))

    def why_not_below(self, parent: Budget) -> str:
        """Why this cannot be a sub-budget of ``parent``, whose id it names; nothing if it can."""
        if self.owner != parent.agent_key:
            return "it is granted by another agent than the one whose budget it is part of"
        if self.asset != parent.asset:
            return "it is in another asset"
        if self.total > parent.total or self.per_call > parent.per_call or self.per_day > parent.per_day:
            return "it allows more money"
        if self.expiry > parent.expiry:
            return "it lasts longer"
        if not all(any_matches(parent.models, model) for model in self.models):
            return "it allows more models"
        if not all(any_matches(parent.hosts, host) for host in self.hosts):
            return "it allows more hosts"
        return ""

    def to_json(self) -> dict[str, Any]:
        """With amounts as decimal text."""
        amounts = {name: str(getattr(self, name)) for name in ("total", "per_call", "per_day")}
        return asdict(self) | amounts | {"models": [*self.models], "hosts": [*self.hosts]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`. Raises `FormatError`."""
        try:
            budget = cls(
                owner=text(value["owner"]),
                agent_key=text(value["agent_key"]),
                asset=text(value["asset"]),
                total=amount(value["total"]),
                per_call=amount(value["per_call"]),
                per_day=amount(value["per_day"]),
                models=tuple(map(text, value["models"])),
                hosts=tuple(map(text, value["hosts"])),
                expiry=count(value["expiry"]),
                salt=digest(value["salt"]),
                parent=digest(value["parent"]),
            )
            exact = budget.to_json() == value
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise FormatError("This is no budget.") from error
        if not exact:
            raise FormatError("This is no budget, or has members that no budget has.")
        return budget


def _are_patterns(patterns: tuple[str, ...]) -> bool:
    return 0 < len(patterns) <= MOST_PATTERNS and all(
        0 < len(pattern) <= LONGEST_PATTERN and is_showable(pattern) for pattern in patterns
    )
