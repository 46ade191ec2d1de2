"""The file that an agent is given instead of a key to everything: its own key, and the budget that it spends.

The key lies there as it is, readable by its owner alone: an agent runs where nobody types a password, and what a thief
of the file gets is bounded by the budget where that is enforced, and by what was put on the key's account everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import orjson

from assay.engines.chain.account import Account
from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.wire import from_data, to_data
from assay.engines.enclave.secret_file import read, read_or_create
from assay.engines.wallets.errors import AgentFileInvalid, WalletExists
from assay.engines.wallets.mandate import Mandate
from assay.errors import FormatError


@dataclass(frozen=True, slots=True)
class Agent:
    """A key, and what it may spend."""

    key: bytes = field(repr=False)
    mandate: Mandate

    @property
    def account(self) -> Account:
        return Account(self.key)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises `AgentFileInvalid`, `BudgetUnproven`, or `SecretFileExposed` if others may read the file."""
        try:
            content = orjson.loads(read(path))
            agent = cls(from_data(content["key"]), Mandate.from_json(content["budgets"]))
            fits = agent.account.address.lower() == agent.mandate.budget.agent_key
        except OSError as error:
            raise AgentFileInvalid(f"{path.name} cannot be read: {error.strerror}.") from None
        except (LookupError, TypeError, ValueError, FormatError, ChainGarbage):
            raise AgentFileInvalid(f"{path.name} holds no budget with its agent's key.") from None
        if not fits:
            raise AgentFileInvalid(f"The key in {path.name} is another one than its budget is for.")
        return agent

    def save(self, path: Path) -> None:
        """Write a file that is not there yet. Raises `WalletExists`: a key is never replaced."""
        members = {"key": to_data(self.key), "budgets": self.mandate.to_json()}
        content = orjson.dumps(members, option=orjson.OPT_INDENT_2)
        if path.exists() or read_or_create(path, lambda: content) != content:
            raise WalletExists(f"There is a budget {path.stem} already.")
