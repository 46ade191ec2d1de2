"""`assay wallet`: keys of people, and what is on them."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import click

from assay.apps.cli.step import step
from assay.apps.cli.table import format_table
from assay.apps.cli.unlocking import new_password, password_file_option, unlock
from assay.apps.cli.wallet_channel import deposit, known_escrows, spell_escrow, withdraw
from assay.apps.cli.which_chain import chain_url, rpc_option
from assay.apps.network.home import Home
from assay.apps.network.wallet_chain import (
    Holdings,
    acting,
    be_helped,
    find_asset,
    known_chain,
    look,
    open_to_permit2,
)
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.faucet import Faucet
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.library import Address
from assay.engines.wallets.keystore import Keystore
from assay.trust.payments.asset import MOST, parse, spell, write

_WEI_DECIMALS = 18

named = click.argument("name", default="main")


@click.group()
def wallet() -> None:
    """Keep keys that hold money, encrypted, and see what is on them. Without NAME, it is the wallet `main`."""


@wallet.command()
@named
@password_file_option
def new(name: str, password_file: Path | None) -> None:
    """Make a key, and keep it in $ASSAY_HOME/wallets/NAME.json, encrypted with a password.

    Other programs can open the file as well (Web3 Secret Storage, version 3), nobody without the password.
    """
    keystore = _keystore()
    keystore.check_free(name)
    password = new_password(name, password_file)
    with step("encrypting the key, which is slow by design"):
        account = keystore.create(name, password)
    click.echo(f"address  {account.address}\nfile     {keystore.path(name)}")
    click.echo(f"On a chain of this machine, `assay wallet faucet {name}` gets it play money.")


@wallet.command("ls")
def list_() -> None:
    """List wallets and their addresses."""
    keystore = _keystore()
    rows = [(name, str(keystore.address(name))) for name in keystore.names()]
    click.echo(format_table(("WALLET", "ADDRESS"), rows) if rows else "No wallets yet: `assay wallet new`.")


@wallet.command()
@named
@click.option("--exact", is_flag=True, help="Show every decimal.")
@rpc_option
def show(name: str, exact: bool, rpc: str | None) -> None:
    """Show what a wallet holds. No password is needed."""
    address = _keystore().address(name)
    click.echo(f"address  {address}")
    url = chain_url(_home(), rpc)
    held = asyncio.run(_look(url, address))
    _show(held, exact)
    for escrow in asyncio.run(known_escrows(_home(), url, address)):
        if escrow.unclaimed:
            click.echo(spell_escrow(escrow, held.asset, exact=exact))


@wallet.command()
@named
@rpc_option
def faucet(name: str, rpc: str | None) -> None:
    """Get play money and gas money from the faucet, once a day. The account of this machine's node pays the gas."""
    address, url = _keystore().address(name), chain_url(_home(), rpc)
    with step("asking the faucet"):
        asyncio.run(_be_helped(url, address))
    _show(asyncio.run(_look(url, address)))


@wallet.command()
@named
@click.option("--amount", metavar="OPG", help="As much as payments may take, in all.")
@click.option("--unlimited", is_flag=True, help="As much as there is, and will be.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@password_file_option
@rpc_option
def approve(
    name: str, amount: str | None, unlimited: bool, yes: bool, password_file: Path | None, rpc: str | None
) -> None:
    """Open a wallet's OPG to Permit2, by which payments are made. Each still needs a signature of the wallet's.

    It replaces what was allowed before: `--amount 0` takes it back. Agents that were given money of their own with
    `assay budget` do not need it.
    """
    if (amount is not None) == unlimited:
        raise click.UsageError("Say --amount, or --unlimited.")
    keystore, url = _keystore(), chain_url(_home(), rpc)
    keystore.address(name)
    asset = asyncio.run(find_asset(_home(), url))
    units = MOST if amount is None else parse(amount, asset)
    if not yes:
        what = _spell_allowance(units, asset, exact=True)
        click.confirm(f"Permit2 may move {what} for whoever wallet {name} signs for. Allow?", abort=True)
    account = unlock(keystore, name, password_file)
    with step("approving"):
        asyncio.run(_approve(url, account, units))
    _show(asyncio.run(_look(url, account.address)))


wallet.add_command(deposit)
wallet.add_command(withdraw)


def _home() -> Home:
    return Home.find(os.environ)


def _keystore() -> Keystore:
    return Keystore(_home().wallets)


async def _look(url: str, address: Address) -> Holdings:
    async with known_chain(_home(), url) as (chain, deployments):
        return await look(chain, deployments.at(OPG), address)


async def _be_helped(url: str, address: Address) -> None:
    async with known_chain(_home(), url) as (chain, deployments):
        helper, node = deployments.at(Faucet), Account.open(_home().chain_key)
        async with acting(_home(), chain, node) as sender:
            await be_helped(sender, helper, address, int(time.time()))


async def _approve(url: str, account: Account, units: int) -> None:
    async with known_chain(_home(), url) as (chain, deployments), acting(_home(), chain, account) as sender:
        await open_to_permit2(sender, deployments.at(OPG), units)


def _show(held: Holdings, exact: bool = False) -> None:
    click.echo(f"holds    {spell(held.tokens, held.asset, exact=exact)}  ({held.asset})")
    click.echo(f"gas      {write(held.gas_money, _WEI_DECIMALS, exact=exact)} of the chain's own currency")
    click.echo(f"permit2  may move {_spell_allowance(held.allowance, held.asset, exact=exact)}")


def _spell_allowance(units: int, asset: str, *, exact: bool) -> str:
    return "all there is and will be" if units == MOST else spell(units, asset, exact=exact)
