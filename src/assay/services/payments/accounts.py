"""The ``account`` rail: an API key opens a prepaid account.

A charge becomes durable in the same write as the receipt that proves it: the receipt carries the cost and a sealed
reference to the account, and balances are a running sum over the log. So a crash between the answer and the
books loses nothing and charges nobody twice; `AccountRail.reconcile` reads what the books have missed.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from assay.services.payments.store import AccountStore
from assay.trust.metering import BudgetSpent, CredentialRefused, Purchase
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim

RAIL = "account"
KEY_PREFIX = "assay-"
_NONCE_BYTES = 12


@dataclass(slots=True)
class _Account:
    id: str
    balance: int
    """Micro-USD, less every charge that is in the log."""
    reserved: int = 0

    @property
    def free(self) -> int:
        return self.balance - self.reserved


class AccountReservation:
    """Money of one account, set aside for one call."""

    __slots__ = ("_account", "_ended", "_rail", "_reference", "maximum")

    def __init__(self, rail: AccountRail, account: _Account, maximum: int) -> None:
        self._rail = rail
        self._account = account
        self._ended = False
        self.maximum = maximum
        self._reference = rail.seal(account.id)

    def claim(self, cost: int, capped: bool) -> PaymentClaim:
        return PaymentClaim(RAIL, self._reference, MICRO_USD, cost, capped)

    def commit(self, cost: int, log_index: int) -> None:
        if self._end():
            self._rail.book(self._account.id, cost, log_index)

    def release(self) -> None:
        self._end()

    def headers(self) -> Iterable[tuple[bytes, bytes]]:
        return ()

    def _end(self) -> bool:
        if self._ended:
            return False
        self._account.reserved -= self.maximum
        self._ended = True
        return True


class AccountRail:
    """Prepaid accounts. Implements `assay.trust.metering.Meter`; lives on one event loop."""

    def __init__(self, store: AccountStore, sealing_key: bytes) -> None:
        """``sealing_key``: 32 bytes; whoever has them can tell which account paid for a receipt."""
        self._store = store
        self._cipher = ChaCha20Poly1305(sealing_key)
        self._by_key: dict[str, _Account] = {}
        self._by_id: dict[str, _Account] = {}
        self._unbooked: dict[str, int] = {}
        self._next_index = store.next_index()

    def open_account(self, name: str, balance: int) -> str:
        """Make an account holding ``balance`` micro-USD and return its API key, which is shown only here."""
        key = KEY_PREFIX + secrets.token_urlsafe(32)
        self._store.create(secrets.token_hex(8), name, _hash(key), balance)
        return key

    async def reserve(self, purchase: Purchase) -> AccountReservation:
        """Set aside what a call may come to. Raises `CredentialRefused` or `BudgetSpent`."""
        credential, maximum = purchase.credential, purchase.maximum
        account = self._by_key.get(credential)
        if account is None or maximum > account.free:
            account = self._read(credential)
        if maximum > account.free:
            raise BudgetSpent(
                f"This call may cost {maximum} micro-USD and the account has {max(account.free, 0)} left."
            )
        account.reserved += maximum
        return AccountReservation(self, account, maximum)

    async def admit(self, credential: str) -> None:
        """Let in whose key opens an account, whatever is in it. Raises `CredentialRefused`."""
        if credential not in self._by_key:
            self._read(credential)

    def balance(self, credential: str) -> int:
        """Micro-USD left, not counting what is reserved by calls under way. Raises `CredentialRefused`."""
        return self._read(credential).balance

    def seal(self, account_id: str) -> str:
        """An account's name for the public log: fresh each time, readable with the sealing key only."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, account_id.encode(), None)).decode()

    def unseal(self, reference: str) -> str | None:
        """The account behind a receipt's payment reference; None when another payee sealed it."""
        try:
            sealed = base64.b64decode(reference, validate=True)
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except (ValueError, InvalidTag):
            return None

    def book(self, account_id: str, cost: int, log_index: int) -> None:
        """Charge an account; the tables follow at the next `flush`. Receipts are logged and booked in one order."""
        if account_id in self._by_id:
            self._by_id[account_id].balance -= cost
        self._unbooked[account_id] = self._unbooked.get(account_id, 0) + cost
        self._next_index = max(self._next_index, log_index + 1)

    def flush(self) -> None:
        """Bring the books up to date with what has been booked; on an error nothing is forgotten."""
        if self._unbooked:
            self._store.charge(self._unbooked, self._next_index)
            self._unbooked = {}

    def reconcile(self, logged: Iterable[tuple[int, PaymentClaim, int]]) -> int:
        """Charge receipts ``(index, payment, cost)`` that the books have missed; how many there were.

        Receipts that have been charged, and those of other payees, are passed over.
        """
        missed = 0
        for index, payment, cost in logged:
            if index < self._next_index:
                continue
            account_id = self.unseal(payment.reference) if payment.rail == RAIL else None
            if account_id is not None:
                self.book(account_id, cost, index)
                missed += 1
        self.flush()
        return missed

    @property
    def next_index(self) -> int:
        """The first log index that has not been charged."""
        return self._next_index

    def _read(self, credential: str) -> _Account:
        """The account that a key opens, with the balance as it is now: another process may have taken a deposit."""
        row = self._store.by_key(_hash(credential)) if credential else None
        if row is None:
            raise CredentialRefused(
                "No account belongs to this API key." if credential else "No API key was sent."
            )
        account = self._by_id.setdefault(row.id, _Account(row.id, 0))
        account.balance = row.balance - self._unbooked.get(row.id, 0)
        self._by_key[credential] = account
        return account


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
