"""Prepaid accounts: whatever happens, in whatever order, the books are a running sum over the log."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from assay.services.payments.accounts import RAIL, AccountRail, AccountReservation
from assay.services.payments.store import AccountStore
from assay.trust.metering import BudgetSpent, CredentialRefused, Purchase
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim

SEALING_KEY = bytes(range(32))
AMOUNTS = st.integers(0, 1000)
ANY = st.integers(0, 99)
"""Picks one of what there is, modulo its number."""


@dataclass
class Account:
    """What the simplest bookkeeping says: what was paid in, less every cost in the log."""

    key: str
    balance: int
    reserved: int = 0


@dataclass(frozen=True)
class Held:
    """A reservation that a call holds."""

    account: Account
    maximum: int
    reservation: AccountReservation


def purchase(credential: str, maximum: int) -> Purchase:
    return Purchase(credential, "POST", "/v1/chat/completions", {}, b"{}", "model", maximum)


class Books(RuleBasedStateMachine):
    """A rail and a log beside it, and the process that holds both may die at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.path = Path(self.directory.name) / "accounts.sqlite"
        self.log: list[tuple[PaymentClaim, int]] = []
        self.accounts: list[Account] = []
        self.held: list[Held] = []
        self.begin()

    def begin(self) -> None:
        self.store = AccountStore(self.path)
        self.rail = AccountRail(self.store, SEALING_KEY)

    def teardown(self) -> None:
        self.look()
        self.store.close()
        self.directory.cleanup()

    def logged(self, start: int) -> list[tuple[int, PaymentClaim, int]]:
        return [(index, payment, cost) for index, (payment, cost) in enumerate(self.log) if index >= start]

    @initialize(amounts=st.lists(AMOUNTS, min_size=1, max_size=3))
    def open_accounts(self, amounts: list[int]) -> None:
        for number, amount in enumerate(amounts):
            self.accounts.append(Account(self.rail.open_account(str(number), amount), amount))

    @rule(pick=ANY, amount=AMOUNTS)
    def another_process_takes_a_deposit(self, pick: int, amount: int) -> None:
        number = pick % len(self.accounts)
        elsewhere = AccountStore(self.path)
        (row,) = (row for row in elsewhere.accounts() if row.name == str(number))
        elsewhere.deposit(row.id, amount)
        elsewhere.close()
        self.accounts[number].balance += amount

    @rule(pick=ANY, maximum=AMOUNTS)
    def reserve(self, pick: int, maximum: int) -> None:
        account = self.accounts[pick % len(self.accounts)]
        free = account.balance - account.reserved
        try:
            reservation = asyncio.run(self.rail.reserve(purchase(account.key, maximum)))
        except BudgetSpent:
            assert maximum > free
        else:
            assert maximum <= free
            account.reserved += maximum
            self.held.append(Held(account, maximum, reservation))

    def take(self, pick: int) -> Held:
        held = self.held.pop(pick % len(self.held))
        held.account.reserved -= held.maximum
        return held

    @precondition(lambda self: self.held)
    @rule(pick=ANY, cost=AMOUNTS, endings=st.integers(1, 3))
    def commit(self, pick: int, cost: int, endings: int) -> None:
        held = self.take(pick)
        cost = min(cost, held.maximum)
        self.log.append((held.reservation.claim(cost, False), cost))
        held.account.balance -= cost
        for _ in range(endings):
            held.reservation.commit(cost, len(self.log) - 1)
            held.reservation.release()

    @precondition(lambda self: self.held)
    @rule(pick=ANY)
    def release(self, pick: int) -> None:
        held = self.take(pick)
        held.reservation.release()
        held.reservation.release()
        held.reservation.commit(7, len(self.log))  # too late: it has ended

    @rule(
        cost=AMOUNTS, rail=st.sampled_from([RAIL, "exact"]), reference=st.sampled_from(["", "AAAA", "sealed"])
    )
    def receipt_of_another_payee(self, cost: int, rail: str, reference: str) -> None:
        if reference == "sealed":
            reference = AccountRail(self.store, bytes(32)).seal("0123456789abcdef")
        self.log.append((PaymentClaim(rail, reference, MICRO_USD, cost), cost))

    @rule()
    def flush(self) -> None:
        self.rail.flush()

    @rule()
    def reconcile_with_what_is_charged(self) -> None:
        assert self.rail.reconcile(self.logged(0)) == 0

    @rule(pick=ANY, cost=AMOUNTS, in_between=st.booleans())
    def crash(self, pick: int, cost: int, in_between: bool) -> None:
        """What waits in memory is gone, calls under way too; perhaps just between the log and the books."""
        if in_between and self.held:
            held = self.take(pick)
            cost = min(cost, held.maximum)
            self.log.append((held.reservation.claim(cost, False), cost))
            held.account.balance -= cost
        self.store.close()
        self.held.clear()
        for account in self.accounts:
            account.reserved = 0
        self.begin()
        self.rail.reconcile(self.logged(self.rail.next_index))
        assert self.rail.reconcile(self.logged(0)) == 0

    @rule()
    def look(self) -> None:
        """A rule and no invariant: looking reads the tables anew, which would hide a stale balance from `reserve`."""
        for account in self.accounts:
            assert self.rail.balance(account.key) == account.balance >= account.reserved


TestBooks = Books.TestCase
TestBooks.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("key", ["", "assay-nobody", "assay-nobody\n", "x" * 100_000])
def test_a_key_that_opens_nothing(tmp_path: Path, key: str) -> None:
    rail = AccountRail(AccountStore(tmp_path / "accounts.sqlite"), SEALING_KEY)
    rail.open_account("somebody", 100)
    with pytest.raises(CredentialRefused) as refused:
        asyncio.run(rail.reserve(purchase(key, 0)))
    assert key == "" or key not in str(refused.value)


def test_a_key_is_kept_as_a_digest_only(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "accounts.sqlite")
    key = AccountRail(store, SEALING_KEY).open_account("somebody", 100)
    store.close()
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_receipts_of_one_account_cannot_be_linked(tmp_path: Path) -> None:
    """The reference in the public log is new each time, and only the sealing key reads it."""
    store = AccountStore(tmp_path / "accounts.sqlite")
    rail = AccountRail(store, SEALING_KEY)
    references = {rail.seal("an account") for _ in range(10)}
    assert len(references) == 10
    assert {rail.unseal(reference) for reference in references} == {"an account"}
    assert {AccountRail(store, bytes(32)).unseal(reference) for reference in references} == {None}
