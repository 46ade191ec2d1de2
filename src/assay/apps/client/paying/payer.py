"""Answers a gateway that wants to be paid: looks at what it asks for, reserves it, and signs, in this order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.demand import Demand, read_demands
from assay.apps.client.paying.errors import NoWayToPay, PayeeUntrusted
from assay.apps.client.paying.payment import Hold, Payment
from assay.apps.client.paying.signing import SALT_BYTES, Signer, sign
from assay.trust.receipts.payee import Payee


class Purse(Protocol):
    """A wallet, and how much of it may be spent on what."""

    @property
    def signer(self) -> Signer: ...

    @property
    def asset(self) -> str:
        """What it holds: CAIP-19."""

    def reserve(self, maximum: int, asked: Asked, now: datetime) -> Hold:
        """Set aside what one call may come to, durably. Raises `PaymentError` for more than is allowed."""


class Payer:
    """Pays for calls out of one purse."""

    def __init__(self, purse: Purse, clock: Callable[[], datetime]) -> None:
        self._purse = purse
        self._clock = clock

    @property
    def credential(self) -> str:
        """What stands where others have an API key: the address that pays."""
        return str(self._purse.signer.address)

    def pay(self, header: str, asked: Asked, payees: Sequence[Payee]) -> Payment:
        """A payment for a request, as the 402's ``header`` asks for it.

        Raises `DemandMalformed`, `NoWayToPay`, `PayeeUntrusted`, and what the budget does. Nothing is signed then.
        """
        demand = self._choose(read_demands(header))
        nodes = frozenset(payee.node for payee in payees if payee.account == demand.account)
        if not nodes:
            raise PayeeUntrusted(f"The money would go to {demand.account}, whom nobody has vouched for.")
        now = self._clock()
        hold = self._purse.reserve(demand.amount, asked, now)
        try:
            signature = sign(demand, asked, self._purse.signer, os.urandom(SALT_BYTES), int(now.timestamp()))
        except BaseException:
            hold.release()
            raise
        return Payment(signature, demand.scheme, demand.terms.asset, demand.amount, nodes, hold)

    def _choose(self, demands: Sequence[Demand]) -> Demand:
        asset = self._purse.asset.lower()
        for demand in demands:
            if demand.terms.asset.lower() == asset:
                return demand
        asked = " or ".join(sorted({demand.terms.asset for demand in demands}))
        raise NoWayToPay(
            f"The gateway takes {asked or 'nothing that is known here'}; the budget is in {self._purse.asset}."
        )
