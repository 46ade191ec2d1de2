"""The password of a wallet: from a file, the environment, or whoever sits at the terminal; never from argv."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from assay.apps.cli.files import read_file
from assay.apps.cli.step import step
from assay.engines.chain.account import Account
from assay.engines.wallets.errors import WalletPasswordMissing
from assay.engines.wallets.keystore import Keystore

VARIABLE = "ASSAY_WALLET_PASSWORD"

password_file_option = click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Its first line is the password. Default: ${VARIABLE}, or you are asked.",
)


def unlock(keystore: Keystore, name: str, file: Path | None) -> Account:
    """The account of a wallet, for as long as the command runs. Raises what `Keystore.unlock` does."""
    keystore.address(name)  # before anybody types anything
    password = _given(file) or _ask(f"Password of wallet {name}", confirm=False)
    with step(f"unlocking wallet {name}, which is slow by design"):
        return keystore.unlock(name, password)


def new_password(name: str, file: Path | None) -> str:
    """What a new wallet will be opened with."""
    return _given(file) or _ask(f"Password for the new wallet {name}", confirm=True)


def _given(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(VARIABLE)
    first, *_ = read_file(file).decode(errors="replace").splitlines() or [""]
    if not first:
        raise WalletPasswordMissing(f"{file} has an empty first line.")
    return first


def _ask(what: str, *, confirm: bool) -> str:
    if not sys.stdin.isatty():
        raise WalletPasswordMissing("There is no password, and nobody to ask for it.")
    return str(click.prompt(what, hide_input=True, confirmation_prompt=confirm, err=True))
