"""`assay accounts`: the ledger of the prepaid accounts of this machine's node."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import TypeVar

import click

from assay.apps.cli.table import format_table
from assay.apps.network.configuration import load_storage_settings
from assay.apps.network.home import Home
from assay.apps.network.storage import open_ledger
from assay.services.payments.accounts.account import Kind, Limits, Line, Member
from assay.services.payments.accounts.ledger import OWNER, Ledger
from assay.trust.payments.asset import parse, write
from assay.trust.receipts.predicate import MICRO_USD

T = TypeVar("T")

_PLACES = 6
_SOURCES = {
    Kind.CASH: "invoice",
    Kind.OPG: "OPG",
    Kind.PLAY: "play money",
    Kind.REVENUE: "calls",
    Kind.CUSTOMER: "",
}


class Dollars(click.ParamType[int]):
    """An amount as people write it; micro-USD to the command."""

    name = "usd"

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> int:
        return parse(value, MICRO_USD)


DOLLARS = Dollars()
account_argument = click.argument("name", metavar="ACCOUNT")


@click.group()
def accounts() -> None:
    """Open prepaid accounts, book what is paid in, and say who may spend how much. Amounts are USD."""


@accounts.command("ls")
@click.argument("name", metavar="ACCOUNT", required=False)
def list_(name: str | None) -> None:
    """List all accounts, the house's own too, or the members of one with what they may spend."""
    click.echo(_in_ledger(_listed if name is None else lambda ledger: _members(ledger, name)))


@accounts.command()
@account_argument
def new(name: str) -> None:
    """Open an account, and print the key of its owner, which is shown only now."""

    async def work(ledger: Ledger) -> str:
        return await ledger.issue_key(await ledger.open_account(name))

    click.echo(_in_ledger(work))


@accounts.command()
@account_argument
@click.argument("member")
@click.option("--total", type=DOLLARS, help="All that may ever be spent.")
@click.option("--per-day", type=DOLLARS, help="What may be spent in a day (UTC).")
@click.option("--per-call", type=DOLLARS, help="What one call may come to.")
@click.option(
    "--model", "models", multiple=True, help="One that may be called; can be repeated. Default: all."
)
def member(
    name: str,
    member: str,
    total: int | None,
    per_day: int | None,
    per_call: int | None,
    models: Sequence[str],
) -> None:
    """Let MEMBER spend out of an account within these limits, from now on instead of those before."""
    limits = Limits(total, per_day, per_call, tuple(models))

    async def work(ledger: Ledger) -> str:
        await ledger.let_spend(await ledger.account(name), member, limits)
        return await _members(ledger, name)

    click.echo(_in_ledger(work))


@accounts.command()
@account_argument
@click.argument("member", default=OWNER)
@click.option("--only", is_flag=True, help="Earlier keys of this member open nothing any more.")
def key(name: str, member: str, only: bool) -> None:
    """Print a new API key for a member, which is shown only now."""

    async def work(ledger: Ledger) -> str:
        return await ledger.issue_key(await ledger.account(name), member, only=only)

    click.echo(_in_ledger(work))


@accounts.command()
@account_argument
@click.argument("amount", type=DOLLARS)
def invoice(name: str, amount: int) -> None:
    """Make an invoice; `deposit --invoice` books that it was paid."""

    async def work(ledger: Ledger) -> str:
        made = await ledger.invoice(await ledger.account(name), amount, _now())
        return f"invoice {made.number}: {name} pays {_spell(amount)} USD"

    click.echo(_in_ledger(work))


@accounts.command()
@account_argument
@click.argument("amount", type=DOLLARS, required=False)
@click.option("--invoice", "number", type=int, help="The invoice that was paid, whose amount it is.")
@click.option("--opg", "transaction", metavar="HASH", help="The transaction by which OPG of this worth came.")
@click.option("--play", is_flag=True, help="Play money: nobody paid it.")
def deposit(name: str, amount: int | None, number: int | None, transaction: str | None, play: bool) -> None:
    """Book money that was paid in. The same payment counts once."""
    if [number is not None, transaction is not None, play].count(True) != 1:
        raise click.UsageError("Say where it came from: --invoice, --opg or --play.")
    if (amount is None) != (number is not None):
        raise click.UsageError("Give an amount with --opg and --play; an invoice has its own.")

    async def work(ledger: Ledger) -> str:
        account = await ledger.account(name)
        if number is not None:
            await ledger.pay_invoice(account, number, _now())
        elif amount is not None:
            origin, reference = (Kind.PLAY, secrets.token_hex(8)) if play else (Kind.OPG, str(transaction))
            await ledger.deposit(account, amount, origin, reference.lower(), _now())
        return f"{name} has {_spell((await ledger.account(name)).balance)} USD"

    click.echo(_in_ledger(work))


@accounts.command()
@account_argument
def statement(name: str) -> None:
    """Print every entry of an account, and the balance after it."""

    async def work(ledger: Ledger) -> str:
        lines = await ledger.statement(await ledger.account(name))
        balances = accumulate(line.amount for line in lines)
        rows = [_row(line, balance) for line, balance in zip(lines, balances, strict=True)]
        return format_table(("when", "from or for", "reference", "member", "USD", "balance"), rows)

    click.echo(_in_ledger(work))


async def _listed(ledger: Ledger) -> str:
    known = sorted(await ledger.accounts(), key=lambda account: account.kind is not Kind.CUSTOMER)
    rows = [(account.name, account.kind.value, _spell(account.balance)) for account in known]
    return format_table(("account", "kind", "USD"), rows)


async def _members(ledger: Ledger, name: str) -> str:
    rows = [_member_row(member) for member in await ledger.members(await ledger.account(name))]
    return format_table(("member", "spent", "of", "a day", "a call", "models"), rows)


def _member_row(member: Member) -> tuple[str, ...]:
    limits = member.limits
    bounds = (
        "-" if bound is None else _spell(bound) for bound in (limits.total, limits.per_day, limits.per_call)
    )
    return member.name, _spell(member.spent), *bounds, ", ".join(limits.models) or "all"


def _row(line: Line, balance: int) -> tuple[str, ...]:
    when = f"{line.at:%Y-%m-%d %H:%M:%S}"
    return when, _SOURCES[line.kind], line.reference, line.member, _spell(line.amount), _spell(balance)


def _spell(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{write(abs(amount), _PLACES, exact=True)}"


def _now() -> datetime:
    return datetime.now(UTC)


def _in_ledger(work: Callable[[Ledger], Awaitable[T]]) -> T:
    async def done() -> T:
        home = Home.find(os.environ)
        home.create()
        ledger = open_ledger(load_storage_settings(home, os.environ), home)
        try:
            return await work(ledger)
        finally:
            await ledger.aclose()

    return asyncio.run(done())
