"""Answers a gateway that wants to be paid: looks at what it asks for, reserves it, and signs, in this order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.demand import Demand, read_required
from assay.apps.client.paying.errors import NoWayToPay, PayeeUntrusted
from assay.apps.client.paying.payment import Payment
from assay.apps.client.paying.remaining import Remaining
from assay.apps.client.paying.signing import SALT_BYTES, sign
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.trust.receipts.payee import Payee


class Payer:
    """Pays for calls out of one budget. Threads may share it."""

    def __init__(self, purse: BudgetPurse, clock: Callable[[], datetime]) -> None:
        self._purse = purse
        self._clock = clock

    @classmethod
    def open(cls, budget: Path, tally: Path, clock: Callable[[], datetime]) -> Self:
        """Pay out of the budget in a file, counting in another. Raises what `Agent.load` does."""
        return cls(BudgetPurse(Agent.load(budget), Tally(tally)), clock)

    @property
    def credential(self) -> str:
        """What stands where others have an API key: the address that pays."""
        return str(self._purse.signer.address)

    def remaining(self) -> Remaining:
        """What is left of the budget now."""
        now = self._clock()
        return Remaining(self._purse.budget, self._purse.spent(now), self._purse.left(now))

    def pay(self, header: str, asked: Asked, payees: Sequence[Payee]) -> Payment:
        """A payment for a request, as the 402's ``header`` asks for it.

        Raises `DemandMalformed`, `NoWayToPay`, `PayeeUntrusted`, or `BudgetRefused`. Nothing is signed then.
        """
        required = read_required(header)
        demand = self._choose(required.demands)
        nodes = frozenset(payee.node for payee in payees if payee.account == demand.account)
        if not nodes:
            raise PayeeUntrusted(f"The money would go to {demand.account}, whom nobody has vouched for.")
        now, purse = self._clock(), self._purse
        hold = purse.reserve(demand.amount, asked, now)
        salt, at = os.urandom(SALT_BYTES), int(now.timestamp())
        signature = sign(demand, asked.below(required.url), purse.signer, purse.mandate, salt, at)
        return Payment(signature, demand.scheme, demand.terms.asset, demand.amount, nodes, hold)

    def _choose(self, demands: Sequence[Demand]) -> Demand:
        for demand in demands:
            if demand.terms.asset.lower() == self._purse.asset:
                return demand
        asked = " or ".join(sorted({demand.terms.asset for demand in demands}))
        raise NoWayToPay(
            f"The gateway takes {asked or 'nothing that is known here'}; the budget is in {self._purse.asset}."
        )
