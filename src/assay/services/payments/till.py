"""Where every call is paid: by an API key from an account, or by a signature at the gate."""

from __future__ import annotations

from typing import Protocol

from assay.services.payments.x402.presented import is_presented
from assay.trust.metering import Meter, PaymentError, Purchase, Reservation

_WALLET_PREFIX = "0x"
"""Of what SDKs are given for an API key that want one, by people who pay from a wallet."""


class _Gate(Protocol):
    """`assay.services.payments.x402.gate.Gate`, which a node without a chain does not import."""

    def demand(self, purchase: Purchase) -> PaymentError: ...

    async def reserve(self, purchase: Purchase) -> Reservation: ...


class Till:
    """Accounts, and the gate of a node that is paid over a chain. Implements `assay.trust.metering.Meter`."""

    def __init__(self, accounts: Meter, gate: _Gate | None = None) -> None:
        self._accounts = accounts
        self._gate = gate

    async def reserve(self, purchase: Purchase) -> Reservation:
        """Set aside what a call may come to, by whichever way it is paid."""
        if self._gate is None:
            return await self._accounts.reserve(purchase)
        if is_presented(purchase.headers):
            return await self._gate.reserve(purchase)
        if not purchase.credential or purchase.credential.startswith(_WALLET_PREFIX):
            raise self._gate.demand(purchase)
        return await self._accounts.reserve(purchase)

    async def admit(self, credential: str) -> None:
        """What costs nothing is open to who has an account."""
        await self._accounts.admit(credential)
