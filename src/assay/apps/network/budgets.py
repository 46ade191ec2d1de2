"""The budgets that are kept in a home, and the keys there that may take one back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.tlog.durable import write_durably
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.errors import BudgetUnknown, WalletExists
from assay.engines.wallets.keystore import Keystore, check_name
from assay.engines.wallets.mandate import Mandate, Revocation
from assay.errors import AssayError

_SUFFIX = ".json"
_TAKEN_BACK = ".revocation"


class BudgetFiles:
    """One file a budget: what was signed, and the agent's key."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def names(self) -> list[str]:
        return sorted(path.stem for path in self._home.budgets.glob(f"[!.]*{_SUFFIX}"))

    def path(self, name: str) -> Path:
        """Of the budget of this name, or whatever path ``name`` is. Raises `WalletNameInvalid`."""
        if name.endswith(_SUFFIX):
            return Path(name).absolute()
        return self._home.budgets / f"{check_name(name)}{_SUFFIX}"

    def free_path(self, name: str) -> Path:
        """Of a budget that is to be made. Raises `WalletExists`."""
        path = self.path(name)
        if path.exists():
            raise WalletExists(f"There is a budget {path.stem} already.")
        return path

    def load(self, name: str) -> Agent:
        """Raises `BudgetUnknown`, and what `Agent.load` does."""
        path = self.path(name)
        if not path.exists():
            raise BudgetUnknown(f"There is no budget {path.stem} here.")
        return Agent.load(path)

    def keep(self, file: Path, revocation: Revocation) -> Path:
        """Write a revocation beside the budget's ``file``, for whoever else enforces that. Returns its path."""
        path = file.with_suffix(_TAKEN_BACK)
        write_durably(path, orjson.dumps(revocation.to_json()))
        return path

    def granting_wallet(self, mandate: Mandate) -> str | None:
        """The name of a wallet here that may take a budget back."""
        keystore = Keystore(self._home.wallets)
        owners = {budget.owner for budget in mandate.budgets}
        return next((name for name in keystore.names() if keystore.address(name).lower() in owners), None)

    def granting_agent(self, mandate: Mandate) -> Account | None:
        """The account of an agent here that may take a budget back."""
        owners = {budget.owner for budget in mandate.budgets}
        accounts = (agent.account for agent in self._agents())
        return next((account for account in accounts if account.address.lower() in owners), None)

    def _agents(self) -> Iterator[Agent]:
        for name in self.names():
            try:
                yield self.load(name)
            except AssayError:
                continue  # another file's damage is no reason not to take this one back
