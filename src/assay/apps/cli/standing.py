"""Where a budget stands, for people: what of it is gone, what is left, and whether it still allows anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from assay.apps.cli.bar import draw
from assay.engines.wallets.mandate import Mandate
from assay.engines.wallets.tally import Tally
from assay.trust.payments.asset import spell
from assay.trust.payments.spent import Spent

HEAD = ("BUDGET", "TOTAL", "SPENT", "", "LEFT TODAY", "UNTIL (UTC)", "STATE")

_OPEN = "open"


@dataclass(frozen=True, slots=True)
class Standing:
    """One budget at one time."""

    mandate: Mandate
    spent: Spent
    left_today: int
    """Of the budget itself; one above it may have less."""
    state: str

    @classmethod
    def of(cls, mandate: Mandate, tally: Tally, now: datetime) -> Self:
        at, budget = int(now.timestamp()), mandate.budget
        spent = tally.spent(mandate.id, at)
        state = _state(mandate, tally, spent, at)
        left = max(0, min(budget.total - spent.total, budget.per_day - spent.day))
        return cls(mandate, spent, left if state == _OPEN else 0, state)

    def row(self, name: str) -> tuple[str, ...]:
        """As `HEAD` says."""
        budget, spent = self.mandate.budget, self.spent.total
        return (
            name,
            spell(budget.total, budget.asset),
            spell(spent, budget.asset),
            draw(spent, budget.total),
            spell(self.left_today, budget.asset),
            _minute(budget.expiry),
            self.state,
        )

    def lines(self, *, exact: bool) -> Iterator[str]:
        """All there is to say."""
        budget, spent = self.mandate.budget, self.spent

        def amount(units: int) -> str:
            return spell(units, budget.asset, exact=exact)

        yield f"id        {self.mandate.id}"
        yield f"state     {self.state}, until {_minute(budget.expiry)} UTC"
        yield f"owner     {budget.owner}"
        yield f"agent     {budget.agent_key}"
        yield f"asset     {budget.asset}"
        yield f"total     {amount(spent.total)} of {amount(budget.total)}  {draw(spent.total, budget.total)}"
        yield f"today     {amount(spent.day)} of {amount(budget.per_day)}  {draw(spent.day, budget.per_day)}"
        yield f"per call  {amount(budget.per_call)}"
        if spent.held:
            yield f"held      {amount(spent.held)} for calls that may still be charged"
        yield f"models    {', '.join(budget.models)}"
        yield f"hosts     {', '.join(budget.hosts)}"
        for id, above in zip(self.mandate.ids[:-1], self.mandate.budgets[:-1], strict=True):
            yield f"within    {id}, {spell(above.total, above.asset, exact=exact)}"


def _state(mandate: Mandate, tally: Tally, spent: Spent, at: int) -> str:
    budget = mandate.budget
    if tally.is_revoked(mandate.ids):
        return "revoked"
    if at >= budget.expiry:
        return "expired"
    return "spent" if spent.total >= budget.total else _OPEN


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"
