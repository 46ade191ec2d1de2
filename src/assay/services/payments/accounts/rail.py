"""The ``account`` rail: an API key, or a login, opens a prepaid account.

A charge becomes durable in the same write as the receipt that proves it: the receipt carries the cost and a sealed
reference to the member, and balances are a running sum over the log. So a crash between the answer and the
ledger loses nothing and charges nobody twice; `AccountRail.reconcile` reads what the ledger has missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from assay.services.payments.accounts.account import Charge, Holder, Login
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.purse import Left, Pool, Purse
from assay.services.payments.accounts.seal import Seal
from assay.trust.metering import CredentialRefused, Purchase
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim

RAIL = "account"

_FRESH_SECONDS = 10
"""For how long a key that opened an account is not looked up again: then a key taken back opens nothing any more."""
_REMEMBERED = 10_000
"""Credentials."""


class Logins(Protocol):
    """Credentials of others that the operator trusts: `assay.services.payments.accounts.oidc`."""

    async def budget(self, credential: str, now: datetime) -> Login | None:
        """What a login opens; None if it is none. Raises `CredentialRefused` and `LoginsUnavailable`."""


@dataclass(frozen=True, slots=True)
class _Opened:
    purse: Purse
    until: float
    """Unix seconds."""


class AccountReservation:
    """Money of one account, set aside for one call. Implements `assay.trust.metering.Reservation`."""

    __slots__ = ("_ended", "_purse", "_rail", "_reference", "maximum")

    def __init__(self, rail: AccountRail, purse: Purse, reference: str, maximum: int) -> None:
        self._rail = rail
        self._purse = purse
        self._ended = False
        self._reference = reference
        self.maximum = maximum

    def claim(self, cost: int, capped: bool) -> PaymentClaim:
        return PaymentClaim(RAIL, self._reference, MICRO_USD, cost, capped)

    def commit(self, cost: int, log_index: int) -> None:
        if self._end():
            self._rail.book(self._purse, cost, log_index)

    def release(self) -> None:
        self._end()

    def headers(self) -> Iterable[tuple[bytes, bytes]]:
        return ()

    def _end(self) -> bool:
        if self._ended:
            return False
        self._purse.give_back(self.maximum)
        self._ended = True
        return True


class AccountRail:
    """Prepaid accounts. Implements `assay.trust.metering.Meter`; lives on one event loop."""

    def __init__(
        self, ledger: Ledger, sealing_key: bytes, clock: Callable[[], datetime], logins: Logins | None = None
    ) -> None:
        """``sealing_key``: 32 bytes; whoever has them can tell who paid for a receipt."""
        self._ledger = ledger
        self._seal = Seal(sealing_key)
        self._clock = clock
        self._logins = logins
        self._opened: dict[str, _Opened] = {}
        self._purses: dict[str, Purse] = {}
        self._pools: dict[str, Pool] = {}
        self._unbooked: list[tuple[Purse, Charge]] = []
        self._in_ledger = asyncio.Lock()
        """Held while the ledger is read or written, so that no balance is read halfway between the two."""

    async def reserve(self, purchase: Purchase) -> AccountReservation:
        """Set aside what a call may come to. Raises `CredentialRefused`, `BudgetSpent`, `LimitReached` and
        `ModelNotAllowed`, which say what is left.
        """
        now = self._clock()
        today = _day(now)
        purse = self._known(purchase.credential, now)
        if purse is None or purse.refusal(purchase.maximum, purchase.model, today) is not None:
            purse = await self._read(purchase.credential, now)
            refusal = purse.refusal(purchase.maximum, purchase.model, today)
            if refusal is not None:
                raise refusal
        purse.reserve(purchase.maximum)
        return AccountReservation(self, purse, self._seal.close(purse.id), purchase.maximum)

    async def admit(self, credential: str) -> None:
        """Let in whose credential opens an account, whatever is in it. Raises `CredentialRefused`."""
        now = self._clock()
        if self._known(credential, now) is None:
            await self._read(credential, now)

    async def left(self, credential: str) -> Left:
        """What a credential may still spend. Raises `CredentialRefused`."""
        now = self._clock()
        return (await self._read(credential, now)).left(_day(now))

    def book(self, purse: Purse, cost: int, log_index: int) -> None:
        """Charge a member; the ledger follows at the next `flush`. Receipts are logged and booked in one order."""
        purse.charge(cost, _day(self._clock()))
        self._unbooked.append((purse, Charge(log_index, purse.id, cost)))

    async def flush(self) -> None:
        """Bring the ledger up to date with what has been booked; on an error nothing is forgotten."""
        async with self._in_ledger:
            written = list(self._unbooked)
            if written:
                charges = [charge for _, charge in written]
                await self._ledger.charge(charges, charges[-1].index + 1, self._clock())
                del self._unbooked[: len(written)]
                for purse, charge in written:
                    purse.booked(charge.cost)

    async def reconcile(self, logged: Callable[[int], Iterable[tuple[int, PaymentClaim, int]]]) -> int:
        """Before the first call: charge what the ledger has missed; how many receipts that were.

        ``logged``: receipts ``(index, payment, cost)`` from an index on. Those of other payees are passed over.
        """
        missed: list[Charge] = []
        for index, payment, cost in logged(await self._ledger.next_index()):
            member = self._seal.open(payment.reference) if payment.rail == RAIL else None
            if member is not None:
                missed.append(Charge(index, member, cost))
        if missed:
            await self._ledger.charge(missed, missed[-1].index + 1, self._clock())
        return len(missed)

    def _known(self, credential: str, now: datetime) -> Purse | None:
        opened = self._opened.get(credential)
        return opened.purse if opened is not None and now.timestamp() < opened.until else None

    async def _read(self, credential: str, now: datetime) -> Purse:
        """The purse that a credential opens, with what is in it now."""
        if not credential:
            raise CredentialRefused("No API key was sent.")
        login = None if self._logins is None else await self._logins.budget(credential, now)
        async with self._in_ledger:
            holder = await self._holder(credential, login)
            member = holder.member
            pool = self._pools.setdefault(member.account, Pool(member.account))
            purse = self._purses.setdefault(member.id, Purse(member.id, pool))
            purse.read(holder, _day(now))
        if len(self._opened) >= _REMEMBERED:
            self._opened.clear()
        fresh_until = now.timestamp() + _FRESH_SECONDS
        self._opened[credential] = _Opened(
            purse, fresh_until if login is None else min(login.until, fresh_until)
        )
        return purse

    async def _holder(self, credential: str, login: Login | None) -> Holder:
        if login is not None:
            holder, missing = await self._ledger.holder_named(login.account, login.member), "login's group"
        else:
            holder, missing = await self._ledger.holder_of(credential), "API key"
        if holder is None:
            self._opened.pop(credential, None)
            raise CredentialRefused(f"No account belongs to this {missing}.")
        return holder


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
