"""Budgets enforced where they are spent: by the node, whatever program has the agent's key.

An agent shows its budget with a payment. The agent of a channel is held to it from then on, whether it shows it again
or not: who has stolen the agent's key gets no more out of the channel here than its owner has signed for. Of an agent
that pays from an account of its own only what it shows counts, as nobody else's word binds that account.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from assay.engines.storage.sqlite import open_tables
from assay.engines.wallets.mandate import Mandate, Revocation
from assay.engines.wallets.tally import Hold, Tally
from assay.errors import FormatError
from assay.services.payments.books import Books
from assay.services.payments.payment import State
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.rail import Checked
from assay.trust.payments.budget import PaidCall
from assay.trust.payments.errors import BudgetUnproven
from assay.trust.payments.spent import Spent

_SCHEMA = """
CREATE TABLE IF NOT EXISTS mandate (
    id      TEXT PRIMARY KEY,     -- of the budget that is spent
    agent   TEXT NOT NULL,
    payer   TEXT NOT NULL,        -- whose money it is
    expiry  INTEGER NOT NULL,     -- Unix seconds
    budgets BLOB NOT NULL         -- from the root down, as JSON
) STRICT;
CREATE TABLE IF NOT EXISTS hold_of (
    key    BLOB PRIMARY KEY,      -- of the payment
    number INTEGER NOT NULL       -- of what is set aside for it; ended ones stay until the next start
) STRICT;
CREATE INDEX IF NOT EXISTS mandate_agent ON mandate (agent, payer);
"""


class Mandates:
    """What agents were seen to be allowed, and what they have spent of it at this node."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._connection = open_tables(path, _SCHEMA)
        self._tally = Tally(path)

    def hold(self, shown: Sequence[Any], checked: Checked, order: Order) -> Hold | None:
        """Set aside what a payment may come to, in the budget that its agent has shown, now or before; if it ever has.

        ``shown``: signed budgets from the root down, as JSON, or nothing. Raises `BudgetRefused` in its many forms.
        """
        agent, payer = (
            (checked.agent or checked.authorization.payer).lower(),
            checked.authorization.payer.lower(),
        )
        mandate = self._read(shown, agent, payer) if shown else self._known(agent, payer)
        if mandate is None:
            return None
        if mandate.budget.asset != checked.authorization.asset.lower():
            raise BudgetUnproven("The budget is in another asset than the payment.")
        budgets = tuple(zip(mandate.ids, mandate.budgets, strict=True))
        call = PaidCall(order.host, order.purchase.model, checked.authorization.maximum, self._now())
        hold = self._tally.reserve(budgets, call)
        self._remember(mandate, agent, payer)
        # A payment that is shown again is refused: what was set aside for the first keeps its place.
        self._connection.execute(
            "INSERT OR IGNORE INTO hold_of VALUES (?, ?)", (checked.authorization.key, hold.number)
        )
        return hold

    async def reconcile(self, books: Books) -> None:
        """Before the first call: end what was set aside when the node stopped, as the books say it went."""
        for key, number in self._connection.execute("SELECT key, number FROM hold_of").fetchall():
            payment = await books.find(key)
            charged = payment is not None and payment.state in (State.SERVED, State.SETTLED)
            self._tally.conclude(number, payment.amount if payment is not None and charged else 0)
            self._connection.execute("DELETE FROM hold_of WHERE key = ?", (key,))

    def spent(self, budget: str) -> tuple[Mandate, Spent] | None:
        """A budget that was spent from here, and what went out of it, by its id; None for one that never was."""
        row = self._connection.execute("SELECT budgets FROM mandate WHERE id = ?", (budget,)).fetchone()
        if row is None:
            return None
        return _verified(row[0]), self._tally.spent(budget, self._now())

    def is_revoked(self, mandate: Mandate) -> bool:
        """Whether one of its budgets was taken back here."""
        return self._tally.is_revoked(mandate.ids)

    def revoke(self, revocation: Revocation, shown: Sequence[Any]) -> None:
        """Allow nothing more out of a budget, if its owner, or that of one above it, says so.

        ``shown``: the budgets down to it. Raises `BudgetUnproven` or `FormatError`.
        """
        if not revocation.takes_back(Mandate.from_json(list(shown))):
            raise BudgetUnproven("This revocation is not of these budgets, or nobody signed it who may.")
        self._tally.revoke(revocation.budget)

    def close(self) -> None:
        """Give the file back."""
        self._tally.close()
        self._connection.close()

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _read(self, shown: Sequence[Any], agent: str, payer: str) -> Mandate:
        try:
            mandate = _verified(orjson.dumps(shown))
        except FormatError as error:
            raise BudgetUnproven(error.message) from None
        if mandate.budget.agent_key != agent:
            raise BudgetUnproven("The budget is another agent's than the one that pays.")
        if payer not in (agent, mandate.budgets[0].owner):
            raise BudgetUnproven("The budget is of somebody else's money than what it pays with.")
        return mandate

    def _known(self, agent: str, payer: str) -> Mandate | None:
        """What the agent of somebody else's money was seen to be allowed."""
        if agent == payer:
            return None
        row = self._connection.execute(
            "SELECT budgets FROM mandate WHERE agent = ? AND payer = ? ORDER BY expiry DESC LIMIT 1",
            (agent, payer),
        ).fetchone()
        return None if row is None else _verified(row[0])

    def _remember(self, mandate: Mandate, agent: str, payer: str) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO mandate VALUES (?, ?, ?, ?, ?)",
            (mandate.id, agent, payer, mandate.budget.expiry, orjson.dumps(mandate.to_json())),
        )


@lru_cache(maxsize=1024)
def _verified(budgets: bytes) -> Mandate:
    """Signed budgets from JSON. An agent shows the same with each call, and to check signatures takes milliseconds.

    Raises `FormatError` or `BudgetUnproven`.
    """
    return Mandate.from_json(orjson.loads(budgets))
