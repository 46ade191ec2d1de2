"""An agent's budget as the client that pays holds it: who signs, in which asset, and how much is left."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from assay.engines.chain.account import Account
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.tally import Hold, Tally
from assay.trust.payments.budget import Budget, PaidCall
from assay.trust.payments.spent import Spent


class Asked(Protocol):
    """What a budget wants to know of a request."""

    @property
    def host(self) -> str: ...

    @property
    def model(self) -> str: ...


class BudgetPurse:
    """Pays from the agent's own account, within its budget and all those above it."""

    def __init__(self, agent: Agent, tally: Tally) -> None:
        self.signer: Account = agent.account
        self.mandate = agent.mandate
        self._budgets = tuple(zip(agent.mandate.ids, agent.mandate.budgets, strict=True))
        self._tally = tally

    @property
    def budget(self) -> Budget:
        return self.mandate.budget

    @property
    def asset(self) -> str:
        """What it pays with: CAIP-19, in lower case."""
        return self.budget.asset

    def reserve(self, maximum: int, asked: Asked, now: datetime) -> Hold:
        """Set aside what one call may come to, durably. Raises `BudgetRefused` in its many forms."""
        at = int(now.timestamp())
        return self._tally.reserve(self._budgets, PaidCall(asked.host, asked.model, maximum, at))

    def spent(self, now: datetime) -> Spent:
        """What went out of the budget itself, as of ``now``."""
        return self._tally.spent(self.mandate.id, int(now.timestamp()))

    def left(self, now: datetime) -> int:
        """The most that one more call may come to: the least that any of the budgets has left."""
        at = int(now.timestamp())
        return min(budget.left(self._tally.spent(id, at)) for id, budget in self._budgets)
