"""Answers a gateway that wants to be paid: looks at what it asks for, reserves it, and signs, in this order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.channels import Channel, Channels
from assay.apps.client.paying.demand import CHANNEL, Demand, read_required
from assay.apps.client.paying.errors import NoWayToPay, PayeeUntrusted
from assay.apps.client.paying.payment import Payment
from assay.apps.client.paying.remaining import Remaining
from assay.apps.client.paying.signing import SALT_BYTES, sign
from assay.apps.network.home import Home
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.engines.wallets.vouchers import Vouchers
from assay.services.payments.channel.rail import NAME
from assay.trust.receipts.payee import Payee


class Payer:
    """Pays for calls out of one budget. Threads may share it."""

    def __init__(self, purse: BudgetPurse, channels: Channels, clock: Callable[[], datetime]) -> None:
        self._purse = purse
        self._channels = channels
        self._clock = clock

    @classmethod
    def open(cls, budget: Path, home: Home, clock: Callable[[], datetime]) -> Self:
        """Pay out of the budget in a file, counting in ``home``. Raises what `Agent.load` does."""
        agent = Agent.load(budget)
        channels = Channels(home, Vouchers(home.vouchers), agent.account)
        return cls(BudgetPurse(agent, Tally(home.tally)), channels, clock)

    @property
    def credential(self) -> str:
        """What stands where others have an API key: the address that pays."""
        return str(self._purse.signer.address)

    def remaining(self) -> Remaining:
        """What is left of the budget now."""
        now = self._clock()
        return Remaining(self._purse.budget, self._purse.spent(now), self._purse.left(now))

    def pay(
        self, header: str, asked: Asked, payees: Sequence[Payee], *, over_channel: bool = True
    ) -> Payment:
        """A payment for a request, as the 402's ``header`` asks for it; over a channel if one is open, and free.

        Raises `DemandMalformed`, `NoWayToPay`, `PayeeUntrusted`, `ChannelMisstated`, or `BudgetRefused`. Nothing is
        signed then.
        """
        required = read_required(header)
        demand, channel = self._choose(required.demands, over_channel)
        nodes = frozenset(payee.node for payee in payees if payee.account == demand.account)
        if not nodes:
            raise PayeeUntrusted(f"The money would go to {demand.account}, whom nobody has vouched for.")
        if channel is not None:
            self._channels.recount(channel, demand)
        now, purse = self._clock(), self._purse
        hold, asked = purse.reserve(demand.amount, asked, now), asked.below(required.url)
        asset, most = demand.terms.asset, demand.amount
        if channel is not None:
            signature, use = self._channels.sign(channel, demand, asked, purse.mandate)
            return Payment(signature, NAME, asset, most, nodes, (hold, use))
        salt, at = os.urandom(SALT_BYTES), int(now.timestamp())
        signature = sign(demand, asked, purse.signer, purse.mandate, salt, at)
        return Payment(signature, demand.scheme, asset, most, nodes, (hold,))

    def _choose(self, demands: Sequence[Demand], over_channel: bool) -> tuple[Demand, Channel | None]:
        """The best way to pay, and the channel if it is over one: only where one is open."""
        for demand in demands:
            if demand.terms.asset.lower() != self._purse.asset:
                continue
            if demand.scheme != CHANNEL:
                return demand, None
            if over_channel and (channel := self._channels.find(demand)) is not None:
                return demand, channel
        asked = " or ".join(sorted({demand.terms.asset for demand in demands}))
        raise NoWayToPay(
            f"The gateway takes {asked or 'nothing that is known here'}; the budget is in {self._purse.asset}."
        )
