"""`assay budget`: what agents may spend, instead of a key to everything."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.apps.cli import durations
from assay.apps.cli.standing import HEAD, Standing
from assay.apps.cli.step import step
from assay.apps.cli.table import format_table
from assay.apps.cli.unlocking import password_file_option, unlock
from assay.apps.cli.which_chain import chain_url, rpc_option
from assay.apps.network.budgets import BudgetFiles
from assay.apps.network.funding import budget_token, fund, reclaim
from assay.apps.network.granting import Limits, grant, grant_below, home_asset
from assay.apps.network.home import Home
from assay.apps.network.wallet_chain import Holdings, acting, look
from assay.engines.chain.account import Account
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.keystore import Keystore
from assay.engines.wallets.mandate import Mandate, Revocation
from assay.engines.wallets.tally import Tally
from assay.errors import AssayError, ConfigError
from assay.trust.payments.asset import parse, spell
from assay.trust.receipts.predicate import MICRO_USD

_PERMIT_S = 3600
"""How long an agent's signature over its own money is good for: a busy chain's time, and no longer."""


class OwnerAbsent(ConfigError):
    """None of the keys that may take the budget back is here."""

    code = "budget_owner_absent"
    hint = "take it back where its owner's wallet is, or delete the file, which ends the agent here"


named = click.argument("name", default="agent")
wallet_option = click.option("--wallet", default="main", show_default=True, help="Whose money it is.")


@click.group()
def budget() -> None:
    """Give agents budgets instead of keys, and see what they have spent. Without NAME, it is the budget `agent`.

    NAME can also be the path of a budget's file, which ends in .json.
    """


@budget.command()
@named
@wallet_option
@click.option("--total", required=True, metavar="AMOUNT", help="All that may ever be spent.")
@click.option("--per-call", metavar="AMOUNT", help="What one call may come to. Default: the total.")
@click.option("--per-day", metavar="AMOUNT", help="What may be spent in a day (UTC). Default: the total.")
@click.option("--model", "models", multiple=True, metavar="PATTERN", help="As 'gpt-*'; can be repeated.")
@click.option(
    "--host", "hosts", multiple=True, metavar="PATTERN", help="As '*.example.org'; can be repeated."
)
@click.option(
    "--expires",
    metavar="TIME",
    help="As 12h: how long it is good for. Default: 7d, or as long as the parent.",
)
@click.option("--parent", metavar="NAME", help="Make it a part of this budget, on its agent's word.")
@click.option("--asset", default="opg", show_default=True, help="opg, usd, or a token's CAIP-19 name.")
@click.option("--fund", "funded", is_flag=True, help="Put the total on the agent's account at once.")
@password_file_option
@rpc_option
def new(
    name: str,
    wallet: str,
    total: str,
    per_call: str | None,
    per_day: str | None,
    models: Sequence[str],
    hosts: Sequence[str],
    expires: str | None,
    parent: str | None,
    asset: str,
    funded: bool,
    password_file: Path | None,
    rpc: str | None,
) -> None:
    """Make a key for an agent, and sign what it may spend.

    The file holds the agent's key as it is, for its owner's eyes only: an agent runs where nobody types a password. It
    is worth what the budget allows, and what is put on its account.
    """
    files, now = BudgetFiles(_home()), int(time.time())
    path = files.free_path(name)
    above = None if parent is None else files.load(parent)
    if above is not None and funded:
        raise click.UsageError("A part of a budget is not funded as it is made: assay budget fund.")
    spent_in = _asset(asset) if above is None else above.mandate.budget.asset
    limits = Limits(
        total=parse(total, spent_in),
        per_call=None if per_call is None else parse(per_call, spent_in),
        per_day=None if per_day is None else parse(per_day, spent_in),
        models=tuple(models),
        hosts=tuple(host.lower() for host in hosts),
        expiry=None if expires is None else now + durations.parse(expires),
    )
    if above is not None:
        agent = grant_below(above, limits)
        agent.save(path)
    else:
        owner = unlock(Keystore(_home().wallets), wallet, password_file)
        agent = grant(owner, spent_in, limits, now)
        agent.save(path)
        if funded:
            _fund(chain_url(_home(), rpc), owner, agent, limits.total)
    _show(agent.mandate, exact=False)
    if spent_in != MICRO_USD:
        click.echo(f'\nPay out of it:\n  export ASSAY_BUDGET={path}\n  assay chat "Why is the sea salty?"')


@budget.command("ls")
def list_() -> None:
    """List budgets, with what is gone of them."""
    files = BudgetFiles(_home())
    with Tally(_home().tally) as tally:
        rows = [_row(files, name, tally) for name in files.names()]
    click.echo(format_table(HEAD, rows) if rows else "No budgets yet: `assay budget new --total 1`.")


@budget.command()
@named
@click.option("--exact", is_flag=True, help="Show every decimal.")
@rpc_option
def show(name: str, exact: bool, rpc: str | None) -> None:
    """Show what a budget allows, what is gone of it, and what is on the agent's account."""
    agent = BudgetFiles(_home()).load(name)
    _show(agent.mandate, exact)
    try:
        held = asyncio.run(_look(chain_url(_home(), rpc), agent))
    except AssayError as error:
        click.echo(f"account   cannot be looked at: {error.message}")
    else:
        tokens, opened = (spell(units, held.asset, exact=exact) for units in (held.tokens, held.allowance))
        click.echo(f"account   {tokens}, Permit2 may move {opened}")


@budget.command("fund")
@named
@wallet_option
@click.option("--amount", metavar="OPG", help="Default: what the budget has left, less what is there.")
@password_file_option
@rpc_option
def fund_(name: str, wallet: str, amount: str | None, password_file: Path | None, rpc: str | None) -> None:
    """Put money on an agent's account, which pays by it. The wallet pays the gas; the agent needs none."""
    agent, url = BudgetFiles(_home()).load(name), chain_url(_home(), rpc)
    units = _missing(url, agent) if amount is None else parse(amount, agent.mandate.budget.asset)
    if units == 0:
        click.echo("The account has all that the budget has left.")
        return
    _fund(url, unlock(Keystore(_home().wallets), wallet, password_file), agent, units)


@budget.command("reclaim")
@named
@wallet_option
@password_file_option
@rpc_option
def reclaim_(name: str, wallet: str, password_file: Path | None, rpc: str | None) -> None:
    """Take what is on an agent's account back into the wallet.

    Calls that were paid a moment ago may not be settled yet, and their nodes would get nothing: wait for these.
    """
    agent, url = BudgetFiles(_home()).load(name), chain_url(_home(), rpc)
    account = unlock(Keystore(_home().wallets), wallet, password_file)
    with step("taking it back"):
        units = asyncio.run(_reclaim(url, account, agent))
    click.echo(f"Wallet {wallet} has {spell(units, agent.mandate.budget.asset)} more.")


@budget.command()
@named
@password_file_option
def revoke(name: str, password_file: Path | None) -> None:
    """Take a budget back, and all that are part of it: here at once, elsewhere by the file that is written."""
    files = BudgetFiles(_home())
    path = files.path(name)
    mandate = files.load(name).mandate
    revocation = Revocation.issue(mandate.id, _granter(files, mandate, password_file))
    with Tally(_home().tally) as tally:
        tally.revoke(mandate.id)
    click.echo(f"Taken back: nothing more is signed out of it here.\nfile  {files.keep(path, revocation)}")


def _home() -> Home:
    return Home.find(os.environ)


def _asset(name: str) -> str:
    named = {"usd": MICRO_USD}.get(name.lower(), name.lower())
    return home_asset(_home()) if named == "opg" else named


def _show(mandate: Mandate, exact: bool) -> None:
    with Tally(_home().tally) as tally:
        standing = Standing.of(mandate, tally, datetime.now(UTC))
    click.echo("\n".join(standing.lines(exact=exact)))


def _row(files: BudgetFiles, name: str, tally: Tally) -> tuple[str, ...]:
    try:
        mandate = files.load(name).mandate
    except AssayError as error:
        return (name, *[""] * (len(HEAD) - 2), error.code)
    return Standing.of(mandate, tally, datetime.now(UTC)).row(name)


def _granter(files: BudgetFiles, mandate: Mandate, password_file: Path | None) -> Account:
    """Whoever may take a budget back: the agent that granted it, for whom no password is needed, or the owner."""
    if (account := files.granting_agent(mandate)) is not None:
        return account
    if (wallet := files.granting_wallet(mandate)) is not None:
        return unlock(Keystore(_home().wallets), wallet, password_file)
    raise OwnerAbsent("Neither the owner's wallet nor the agent that granted this budget is here.")


def _missing(url: str, agent: Agent) -> int:
    """What the budget has left, less what is on the account."""
    with Tally(_home().tally) as tally:
        charged = tally.spent(agent.mandate.id, int(time.time())).charged
    held = asyncio.run(_look(url, agent)).tokens
    return max(0, agent.mandate.budget.total - charged - held)


def _fund(url: str, owner: Account, agent: Agent, units: int) -> None:
    amount = spell(units, agent.mandate.budget.asset)
    with step(f"putting {amount} on the agent's account"):
        asyncio.run(_put(url, owner, agent, units))


async def _look(url: str, agent: Agent) -> Holdings:
    async with budget_token(url, agent.mandate.budget.asset) as (chain, token):
        return await look(chain, token, agent.account.address)


async def _put(url: str, owner: Account, agent: Agent, units: int) -> None:
    async with (
        budget_token(url, agent.mandate.budget.asset) as (chain, token),
        acting(_home(), chain, owner) as sender,
    ):
        await fund(sender, token, agent.account, units, int(time.time()) + _PERMIT_S)


async def _reclaim(url: str, owner: Account, agent: Agent) -> int:
    async with (
        budget_token(url, agent.mandate.budget.asset) as (chain, token),
        acting(_home(), chain, owner) as sender,
    ):
        return await reclaim(sender, token, agent.account, int(time.time()) + _PERMIT_S)
