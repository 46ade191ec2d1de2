"""Prepaid accounts: whatever happens, balances are a running sum over the log, and no limit is passed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.integration.accounts.ledgers import Engine, check_balanced

from assay.services.payments.accounts.account import Kind, Limits
from assay.services.payments.accounts.errors import LimitReached, ModelNotAllowed
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.rail import RAIL, AccountRail, AccountReservation
from assay.services.payments.accounts.seal import Seal
from assay.trust.metering import BudgetSpent, PaymentError, Purchase
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim

SEALING_KEY = bytes(range(32))
AMOUNTS = st.integers(0, 1000)
ANY = st.integers(0, 99)
"""Picks one of what there is, modulo its number."""
BOUNDS = st.none() | st.integers(0, 2000)
LIMITS = st.builds(
    Limits, total=BOUNDS, per_day=BOUNDS, per_call=BOUNDS, models=st.sampled_from([(), (), ("one",)])
)


@dataclass
class Account:
    """What the simplest bookkeeping says: what was paid in, less every cost in the log."""

    name: str
    balance: int = 0
    reserved: int = 0


@dataclass
class Member:
    account: Account
    name: str
    key: str
    limits: Limits = field(default_factory=Limits)
    spent: int = 0
    spent_today: int = 0
    reserved: int = 0

    def expected(self, maximum: int, model: str) -> type[PaymentError] | None:
        limits = self.limits
        if limits.models and model not in limits.models:
            return ModelNotAllowed
        for limit, gone in (
            (limits.per_call, 0),
            (limits.per_day, self.spent_today + self.reserved),
            (limits.total, self.spent + self.reserved),
        ):
            if limit is not None and gone + maximum > limit:
                return LimitReached
        return BudgetSpent if maximum > self.account.balance - self.account.reserved else None

    def hold(self, amount: int) -> None:
        self.reserved += amount
        self.account.reserved += amount

    def pay(self, cost: int) -> None:
        self.spent += cost
        self.spent_today += cost
        self.account.balance -= cost


@dataclass(frozen=True)
class Held:
    """A reservation that a call holds."""

    member: Member
    maximum: int
    reservation: AccountReservation


class Histories(RuleBasedStateMachine):
    """A rail and a log beside it, and the process that holds both may die at any time."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
        self.log: list[tuple[PaymentClaim, int]] = []
        self.members: list[Member] = []
        self.held: list[Held] = []
        self.deposits = 0

    def begin(self) -> None:
        self.ledger: Ledger = self.engine.open(self.place)
        self.rail = AccountRail(self.ledger, SEALING_KEY, lambda: self.now)

    def logged(self, start: int) -> list[tuple[int, PaymentClaim, int]]:
        return [(index, payment, cost) for index, (payment, cost) in enumerate(self.log) if index >= start]

    @initialize(accounts=st.lists(st.lists(LIMITS, min_size=1, max_size=2), min_size=1, max_size=2))
    def open_accounts(self, accounts: list[list[Limits]]) -> None:
        self.place = self.runner.run(self.engine.fresh())
        self.begin()
        for number, members in enumerate(accounts):
            account = Account(f"{number}")
            opened = self.runner.run(self.ledger.open_account(account.name))
            for position, limits in enumerate(members):
                name = f"{position}"
                self.runner.run(self.ledger.let_spend(opened, name, limits))
                key = self.runner.run(self.ledger.issue_key(opened, name))
                self.members.append(Member(account, name, key, limits))

    def member(self, pick: int) -> Member:
        return self.members[pick % len(self.members)]

    @rule(pick=ANY, amount=st.integers(1, 2000))
    def another_process_takes_a_deposit(self, pick: int, amount: int) -> None:
        account = self.member(pick).account
        self.deposits += 1

        async def deposit() -> None:
            elsewhere = self.engine.open(self.place)
            known = await elsewhere.account(account.name)
            await elsewhere.deposit(known, amount, Kind.OPG, f"0x{self.deposits}", self.now)
            await elsewhere.aclose()

        self.runner.run(deposit())
        account.balance += amount

    @rule(pick=ANY, limits=LIMITS)
    def another_process_sets_limits(self, pick: int, limits: Limits) -> None:
        member = self.member(pick)

        async def let_spend() -> None:
            elsewhere = self.engine.open(self.place)
            await elsewhere.let_spend(await elsewhere.account(member.account.name), member.name, limits)
            await elsewhere.aclose()

        self.runner.run(let_spend())
        member.limits = limits
        self.now += timedelta(seconds=11)  # by then a node looks again

    @rule(pick=ANY, maximum=AMOUNTS, model=st.sampled_from(["one", "another"]))
    def reserve(self, pick: int, maximum: int, model: str) -> None:
        member = self.member(pick)
        expected = member.expected(maximum, model)
        purchase = Purchase(member.key, "POST", "/v1/chat/completions", {}, b"{}", model, maximum)
        try:
            reservation = self.runner.run(self.rail.reserve(purchase))
        except PaymentError as refusal:
            found = type(refusal)
            assert found is expected
        else:
            assert expected is None
            member.hold(maximum)
            self.held.append(Held(member, maximum, reservation))

    def take(self, pick: int) -> Held:
        held = self.held.pop(pick % len(self.held))
        held.member.hold(-held.maximum)
        return held

    @precondition(lambda self: self.held)
    @rule(pick=ANY, cost=AMOUNTS, endings=st.integers(1, 3))
    def commit(self, pick: int, cost: int, endings: int) -> None:
        held = self.take(pick)
        cost = min(cost, held.maximum)
        self.log.append((held.reservation.claim(cost, False), cost))
        held.member.pay(cost)
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
            reference = Seal(bytes(32)).close("0123456789abcdef")
        self.log.append((PaymentClaim(rail, reference, MICRO_USD, cost), cost))

    @rule()
    def flush(self) -> None:
        self.runner.run(self.rail.flush())

    @rule()
    def midnight(self) -> None:
        self.runner.run(self.rail.flush())
        self.now += timedelta(days=1)
        for member in self.members:
            member.spent_today = 0

    @rule(pick=ANY, cost=AMOUNTS, in_between=st.booleans())
    def crash(self, pick: int, cost: int, in_between: bool) -> None:
        """What waits in memory is gone, calls under way too; perhaps just between the log and the ledger."""
        if in_between and self.held:
            held = self.take(pick)
            cost = min(cost, held.maximum)
            self.log.append((held.reservation.claim(cost, False), cost))
            held.member.pay(cost)
        self.runner.run(self.ledger.aclose())
        self.held.clear()
        for member in self.members:
            member.reserved = member.account.reserved = 0
        self.begin()
        self.runner.run(self.rail.reconcile(self.logged))
        assert self.runner.run(self.rail.reconcile(self.logged)) == 0

    @rule()
    def look(self) -> None:
        """A rule and no invariant: looking reads the tables anew, which would hide a stale balance from `reserve`."""
        for member in self.members:
            left = self.runner.run(self.rail.left(member.key))
            limits, free = member.limits, member.account.balance - member.account.reserved
            assert left.account == free >= 0
            assert left.total == (
                None if limits.total is None else limits.total - member.spent - member.reserved
            )
            assert left.call >= 0

    def teardown(self) -> None:
        if self.members:
            self.runner.run(self.rail.flush())
            self.runner.run(check_balanced(self.ledger))
            for member in self.members:
                account = self.runner.run(self.ledger.account(member.account.name))
                assert account.balance == member.account.balance
            self.runner.run(self.ledger.aclose())
        self.runner.close()


def test_any_history(engine: Engine) -> None:
    machine = type("Histories", (Histories,), {"engine": engine})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
