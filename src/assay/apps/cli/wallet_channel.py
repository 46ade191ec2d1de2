"""`assay wallet deposit` and `withdraw`: money in payment channels, out of which a signature pays for a call."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.apps.cli.step import step
from assay.apps.cli.unlocking import password_file_option, unlock
from assay.apps.cli.which_chain import chain_url, rpc_option
from assay.apps.client.environment import load_policy
from assay.apps.network.budgets import BudgetFiles
from assay.apps.network.escrows import Escrow, between, leave, look_into, pay_in, remember, remembered
from assay.apps.network.home import Home
from assay.apps.network.wallet_chain import acting, find_asset, known_chain
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.wallets.keystore import Keystore
from assay.errors import ConfigError
from assay.trust.payments.asset import parse, read_token, spell

_AUTHORIZATION_S = 3600


class ReceiverUnclear(ConfigError):
    """Nobody, or more than one, is believed to be paid on this chain."""

    code = "receiver_unclear"
    hint = "assay trust add URL, or name the address with --to"


class NothingInChannels(ConfigError):
    """The wallet has nothing in a channel on this chain, as far as this machine knows."""

    code = "nothing_in_channels"
    hint = "assay wallet show"


@click.command()
@click.argument("name", default="main")
@click.option("--amount", required=True, metavar="OPG", help="What is paid in.")
@click.option(
    "--to", metavar="ADDRESS", help="Who is paid. Default: the one node that this machine believes."
)
@click.option("--budget", metavar="NAME", help="Whose agent signs vouchers. Default: the wallet itself.")
@password_file_option
@rpc_option
def deposit(
    name: str, amount: str, to: str | None, budget: str | None, password_file: Path | None, rpc: str | None
) -> None:
    """Pay into a channel to a node: each call is then paid by a signature, without a transaction.

    What the node has not claimed can be taken out again, a day after that was announced.
    """
    home = Home.find(os.environ)
    url = chain_url(home, rpc)
    asset = asyncio.run(find_asset(home, url))
    units = parse(amount, asset)
    chain_id, _ = read_token(asset)
    receiver = _receiver(chain_id) if to is None else _address(to)
    agent = None if budget is None else BudgetFiles(home).load(budget).account.address
    account = unlock(Keystore(home.wallets), name, password_file)
    with step(f"paying in {spell(units, asset)}"):
        escrow = asyncio.run(_pay_in(home, url, account, receiver, agent or account.address, units))
    click.echo(spell_escrow(escrow, asset))


@click.command()
@click.argument("name", default="main")
@password_file_option
@rpc_option
def withdraw(name: str, password_file: Path | None, rpc: str | None) -> None:
    """Take what is in a wallet's channels back: announce it first, and a day later, by the same command, take it."""
    home = Home.find(os.environ)
    url = chain_url(home, rpc)
    asset = asyncio.run(find_asset(home, url))
    account = unlock(Keystore(home.wallets), name, password_file)
    with step("withdrawing"):
        taken, left = asyncio.run(_leave(home, url, account))
    click.echo(f"taken    {spell(taken, asset)}")
    for escrow in left:
        click.echo(spell_escrow(escrow, asset))


def spell_escrow(escrow: Escrow, asset: str, *, exact: bool = False) -> str:
    """One channel, on a line."""
    line = f"channel  {spell(escrow.unclaimed, asset, exact=exact)} to {escrow.config.receiver}"
    if escrow.leaves_at:
        leaves = f"{datetime.fromtimestamp(escrow.leaves_at, UTC):%Y-%m-%d %H:%M}Z"
        line += f", {spell(escrow.leaving, asset, exact=exact)} announced to leave from {leaves} on"
    return line


async def known_escrows(home: Home, url: str, payer: Address) -> list[Escrow]:
    """What a payer has in channels that this machine knows of."""
    async with known_chain(home, url) as (chain, _):
        return [await look_into(chain, config) for config in remembered(home, chain.chain_id, payer)]


def _receiver(chain_id: int) -> Address:
    prefix = f"eip155:{chain_id}:"
    accounts = {payee.account for payee in load_policy().payees if payee.account.startswith(prefix)}
    if len(accounts) != 1:
        raise ReceiverUnclear(
            f"This machine believes {len(accounts)} addresses to be paid on chain {chain_id}."
        )
    return to_checksum_address(accounts.pop().removeprefix(prefix))


def _address(text: str) -> Address:
    try:
        return to_checksum_address(text)
    except ValueError:
        raise click.BadParameter("this is no address", param_hint="--to") from None


async def _pay_in(
    home: Home, url: str, account: Account, receiver: Address, voucher_key: Address, units: int
) -> Escrow:
    async with known_chain(home, url) as (chain, deployments), acting(home, chain, account) as sender:
        config = between(account.address, receiver, deployments.at(OPG), voucher_key)
        remember(home, chain.chain_id, config)
        await pay_in(sender, account, config, units, int(time.time()) + _AUTHORIZATION_S)
        return await look_into(chain, config)


async def _leave(home: Home, url: str, account: Account) -> tuple[int, list[Escrow]]:
    """What was taken out, and what is still in channels."""
    escrows = [each for each in await known_escrows(home, url, account.address) if each.unclaimed]
    if not escrows:
        raise NothingInChannels("The wallet has nothing in channels on this chain.")
    async with known_chain(home, url) as (chain, _), acting(home, chain, account) as sender:
        taken = sum([await leave(sender, escrow) for escrow in escrows])
        left = [await look_into(chain, escrow.config) for escrow in escrows]
    return taken, [escrow for escrow in left if escrow.unclaimed]
