"""Keys of people: one file each, encrypted with a password (Web3 Secret Storage, version 3, with scrypt).

To encrypt or decrypt takes most of a second and 256 MB, by design: so it does for whoever guesses passwords.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import orjson

from assay.engines.chain.account import Account
from assay.engines.chain.library import Address, EthAccount, to_checksum_address
from assay.engines.enclave.secret_file import read, read_or_create
from assay.engines.wallets.errors import (
    WalletDamaged,
    WalletExists,
    WalletNameInvalid,
    WalletPasswordWrong,
    WalletUnknown,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_KEY_BYTES = 32


def check_name(name: str) -> str:
    """``name``, if a file may be called by it. Raises `WalletNameInvalid`."""
    if not _NAME.fullmatch(name):
        raise WalletNameInvalid("This cannot be a name here.")
    return name


class Keystore:
    """The wallets in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._directory.glob("*.json") if _NAME.fullmatch(path.stem))

    def path(self, name: str) -> Path:
        """Where the wallet is, or would be. Raises `WalletNameInvalid`."""
        return self._directory / f"{check_name(name)}.json"

    def check_free(self, name: str) -> None:
        """Raises `WalletExists` if there is a wallet of this name, and `WalletNameInvalid`."""
        if self.path(name).exists():
            raise WalletExists(f"There is a wallet {name} already.")

    def create(self, name: str, password: str) -> Account:
        """Make a key, and keep it under ``name``. Raises as `check_free` does; no key is ever replaced."""
        self.check_free(name)
        key = os.urandom(_KEY_BYTES)
        content = orjson.dumps(EthAccount.encrypt(key, password))
        if read_or_create(self.path(name), lambda: content) != content:
            raise WalletExists(f"Somebody else has just made a wallet {name}.")
        return Account(key)

    def address(self, name: str) -> Address:
        """Whom the wallet speaks for; no password is needed. Raises `WalletUnknown` or `WalletDamaged`."""
        try:
            return to_checksum_address(self._read(name)["address"])
        except (LookupError, TypeError, ValueError):
            raise WalletDamaged(f"Wallet {name} does not say whose it is.") from None

    def unlock(self, name: str, password: str) -> Account:
        """The key of a wallet.

        Raises `WalletUnknown`, `WalletPasswordWrong`, `WalletDamaged`, or `SecretFileExposed`.
        """
        address, content = self.address(name), self._read(name)
        try:
            key = bytes(EthAccount.decrypt(content, password))
        except ValueError as error:
            if "MAC" in str(error):
                raise WalletPasswordWrong(f"This password does not open wallet {name}.") from None
            raise WalletDamaged(f"Wallet {name} cannot be read.") from None
        except (LookupError, TypeError):
            raise WalletDamaged(f"Wallet {name} cannot be read.") from None
        account = Account(key)
        if account.address != address:
            raise WalletDamaged(f"Wallet {name} holds the key of another address than it says.")
        return account

    def _read(self, name: str) -> dict[str, Any]:
        try:
            content = orjson.loads(read(self.path(name)))
        except FileNotFoundError:
            raise WalletUnknown(f"There is no wallet {name} here.") from None
        except orjson.JSONDecodeError:
            raise WalletDamaged(f"Wallet {name} is not JSON.") from None
        if not isinstance(content, dict):
            raise WalletDamaged(f"Wallet {name} is not a key's file.")
        return content
