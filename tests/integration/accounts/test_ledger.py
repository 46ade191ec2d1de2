"""What the ledger promises, one promise after the other, on both engines; after each test its books balance."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.accounts.ledgers import Engine

from assay.services.payments.accounts.account import Charge, Kind, Limits, Line
from assay.services.payments.accounts.ledger import OWNER, Ledger
from assay.services.payments.accounts.ledger_errors import (
    AccountExists,
    AccountUnknown,
    DepositKnown,
    InvoiceUnknown,
)
from assay.services.payments.accounts.opening import open_with_play_money
from assay.trust.payments.asset import AmountInvalid

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LARGE = 10**15


async def member_id(ledger: Ledger, key: str) -> str:
    holder = await ledger.holder_of(key)
    assert holder is not None
    return holder.member.id


async def test_an_account_opens_empty_and_its_owner_may_spend(ledger: Ledger) -> None:
    account = await ledger.open_account("acme")
    assert account == await ledger.account("acme")
    (owner,) = await ledger.members(account)
    assert (owner.name, owner.limits, owner.spent) == (OWNER, Limits(), 0)


@pytest.mark.parametrize("name", ["acme", "revenue", "cash"])
async def test_a_name_is_one_accounts(ledger: Ledger, name: str) -> None:
    await ledger.open_account("acme")
    with pytest.raises(AccountExists):
        await ledger.open_account(name)


@pytest.mark.parametrize("name", ["nobody", "revenue"])
async def test_an_account_that_is_no_customers(ledger: Ledger, name: str) -> None:
    with pytest.raises(AccountUnknown):
        await ledger.account(name)


async def test_a_key_opens_its_members_account(ledger: Ledger) -> None:
    key = await open_with_play_money(ledger, "acme", LARGE, NOW)
    holder = await ledger.holder_of(key)
    assert holder is not None
    assert (holder.member.name, holder.balance) == (OWNER, LARGE)
    assert holder == await ledger.holder_named("acme", OWNER)
    assert await ledger.holder_of(key + "x") is None
    assert await ledger.holder_named("acme", "nobody") is None


async def test_a_key_taken_back_opens_nothing(ledger: Ledger) -> None:
    old = await open_with_play_money(ledger, "acme", 1, NOW)
    account = await ledger.account("acme")
    beside = await ledger.issue_key(account)
    assert await ledger.holder_of(old) == await ledger.holder_of(beside)
    await ledger.let_spend(account, "team", Limits())
    teams = await ledger.issue_key(account, "team")
    new = await ledger.issue_key(account, only=True)
    assert [await ledger.holder_of(key) for key in (old, beside)] == [None, None]
    assert await ledger.holder_of(new) is not None
    assert await ledger.holder_of(teams) is not None, "another member's key is another's"


async def test_nobody_gets_a_key_for_a_member_that_is_none(ledger: Ledger) -> None:
    with pytest.raises(AccountUnknown):
        await ledger.issue_key(await ledger.open_account("acme"), "nobody")


async def test_limits_are_those_that_were_said_last(ledger: Ledger) -> None:
    account = await ledger.open_account("acme")
    first = Limits(total=5, per_day=4, per_call=3, models=("one", "another"))
    for limits in (first, Limits(per_day=LARGE), Limits()):
        await ledger.let_spend(account, "team", limits)
        _, team = await ledger.members(account)
        assert team.limits == limits


@pytest.mark.parametrize("origin", [Kind.CASH, Kind.OPG, Kind.PLAY])
async def test_a_deposit_counts_once(ledger: Ledger, origin: Kind) -> None:
    account, other = await ledger.open_account("acme"), await ledger.open_account("other")
    await ledger.deposit(account, 70, origin, "0xhash", NOW)
    for somebody in (account, other):
        with pytest.raises(DepositKnown):
            await ledger.deposit(somebody, 70, origin, "0xhash", NOW)
    balances = {account.name: account.balance for account in await ledger.accounts()}
    assert balances["acme"] == 70
    assert balances[origin.value] == -70
    assert balances["other"] == 0


async def test_of_one_deposit_booked_by_many_one_counts(engine: Engine, place: str, ledger: Ledger) -> None:
    account = await ledger.open_account("acme")
    others = [engine.open(place) for _ in range(5)]
    outcomes = await asyncio.gather(
        *(other.deposit(account, 70, Kind.OPG, "0xhash", NOW) for other in others), return_exceptions=True
    )
    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, DepositKnown) for outcome in outcomes) == 4
    assert (await ledger.account("acme")).balance == 70
    for other in others:
        await other.aclose()


@pytest.mark.parametrize("amount", [0, -1])
async def test_nothing_is_no_amount(ledger: Ledger, amount: int) -> None:
    account = await ledger.open_account("acme")
    with pytest.raises(AmountInvalid):
        await ledger.deposit(account, amount, Kind.CASH, "invoice", NOW)
    with pytest.raises(AmountInvalid):
        await ledger.invoice(account, amount, NOW)


async def test_an_invoice_is_paid_once_and_by_whom_it_was_sent_to(ledger: Ledger) -> None:
    account, other = await ledger.open_account("acme"), await ledger.open_account("other")
    invoice = await ledger.invoice(account, LARGE, NOW)
    assert (await ledger.account("acme")).balance == 0
    for somebody, number in ((other, invoice.number), (account, invoice.number + 1)):
        with pytest.raises(InvoiceUnknown):
            await ledger.pay_invoice(somebody, number, NOW)
    assert await ledger.pay_invoice(account, invoice.number, NOW) == invoice
    with pytest.raises(DepositKnown):
        await ledger.pay_invoice(account, invoice.number, NOW)
    assert (await ledger.account("acme")).balance == LARGE


async def test_charges_count_once_however_often_they_are_told(ledger: Ledger) -> None:
    acme = await member_id(ledger, await open_with_play_money(ledger, "acme", 100, NOW))
    other = await member_id(ledger, await open_with_play_money(ledger, "other", 100, NOW))
    await ledger.charge([Charge(0, acme, 10), Charge(1, other, 20)], 2, NOW)
    again = [Charge(0, acme, 10), Charge(1, other, 20), Charge(2, acme, 5)]
    for charges, next_index in ((again[:2], 2), (again[:1], 1), (again, 3), (again, 3)):
        await ledger.charge(charges, next_index, NOW)
    assert (await ledger.account("acme")).balance == 85
    assert (await ledger.account("other")).balance == 80
    assert await ledger.next_index() == 3


async def test_a_stranger_is_passed_over(ledger: Ledger) -> None:
    acme = await member_id(ledger, await open_with_play_money(ledger, "acme", 100, NOW))
    await ledger.charge([Charge(0, "nobody", 10), Charge(3, acme, 5)], 4, NOW)
    await ledger.charge([Charge(4, "nobody", 10)], 5, NOW)
    balances = {account.name: account.balance for account in await ledger.accounts()}
    assert balances == {"acme": 95, "revenue": 5, "cash": 0, "opg": 0, "play": -100}
    assert await ledger.next_index() == 5


async def test_a_statement_says_where_money_came_from_and_went(ledger: Ledger) -> None:
    acme = await member_id(ledger, await open_with_play_money(ledger, "acme", 100, NOW))
    account = await ledger.account("acme")
    await ledger.deposit(account, 50, Kind.OPG, "0xhash", NOW + timedelta(seconds=1))
    await ledger.charge([Charge(4, acme, 30), Charge(6, acme, 1)], 7, NOW + timedelta(seconds=2))
    play, opg, usage = await ledger.statement(account)
    assert (play.kind, play.amount) == (Kind.PLAY, 100)
    assert opg == Line(opg.booking, NOW + timedelta(seconds=1), Kind.OPG, "0xhash", "", 50)
    assert usage == Line(
        usage.booking, NOW + timedelta(seconds=2), Kind.REVENUE, "receipts 0 to 6", OWNER, -31
    )


async def test_spending_of_a_day_begins_anew_the_next(ledger: Ledger) -> None:
    key = await open_with_play_money(ledger, "acme", 100, NOW)
    acme = await member_id(ledger, key)
    days = [NOW, NOW + timedelta(hours=11), NOW + timedelta(hours=13)]
    for index, at in enumerate(days):
        await ledger.charge([Charge(index, acme, 10)], index + 1, at)
    holder = await ledger.holder_of(key)
    assert holder is not None
    assert (holder.member.spent, holder.member.day, holder.member.spent_that_day) == (30, "2026-11-25", 10)


async def test_what_happened_is_there_for_who_opens_the_ledger_next(
    engine: Engine, place: str, ledger: Ledger
) -> None:
    key = await open_with_play_money(ledger, "acme", LARGE, NOW)
    await ledger.aclose()
    other = engine.open(place)
    holder = await other.holder_of(key)
    assert holder is not None
    assert holder.balance == LARGE
    await other.aclose()
