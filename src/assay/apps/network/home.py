"""The data directory of a node: what lies where, and nothing anywhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "ASSAY_HOME"


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below one directory. Everything a node must not lose is here."""

    root: Path

    @classmethod
    def find(cls, environment: Mapping[str, str]) -> Home:
        """``$ASSAY_HOME``, or ``.assay`` in the user's home directory."""
        return cls(Path(environment.get(VARIABLE) or Path.home() / ".assay").absolute())

    def create(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(self.root, 0o700)

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def revocations(self) -> Path:
        """Keys that this node has taken back, a signed file each."""
        return self.root / "revocations"

    @property
    def evidence(self) -> Path:
        return self.root / "evidence"

    @property
    def prices(self) -> Path:
        """Every table of prices that this node has charged by, a signed file each, by its digest."""
        return self.root / "prices"

    @property
    def ledger(self) -> Path:
        """Prepaid accounts."""
        return self.root / "ledger.sqlite"

    @property
    def payments(self) -> Path:
        """Payments by signature, and how far each has come."""
        return self.root / "payments.sqlite"

    @property
    def mandates(self) -> Path:
        """Budgets out of which agents pay here, and what they have spent."""
        return self.root / "mandates.sqlite"

    @property
    def settlement(self) -> Path:
        """Which receipts are in which batch, and where on the chain that is."""
        return self.root / "settlement.sqlite"

    @property
    def facilitated(self) -> Path:
        """Payments to other merchants that were settled from here."""
        return self.root / "facilitated.sqlite"

    @property
    def receipt_index(self) -> Path:
        return self.root / "receipts.sqlite"

    @property
    def catalogue(self) -> Path:
        """The operator's own providers and models; need not exist."""
        return self.root / "assay.toml"

    @property
    def trust(self) -> Path:
        """The policy under which this node's receipts verify."""
        return self.root / "trust.json"

    @property
    def env(self) -> Path:
        """Base URLs and the key of the first account, for clients on this machine."""
        return self.root / "env.json"

    @property
    def presence(self) -> Path:
        """Which gateway serves this home, see `assay.engines.process.presence`."""
        return self.root / "gateway.json"

    @property
    def output(self) -> Path:
        """What the gateway process writes: warnings and errors, never a prompt or an answer."""
        return self.root / "gateway.log"

    @property
    def chain(self) -> Path:
        """The chain of this machine, and what is known of others."""
        return self.root / "chain"

    @property
    def chain_key(self) -> Path:
        """Key of the account that brings contracts to chains, and owns them."""
        return self.keys / "chain-key"

    @property
    def nonces(self) -> Path:
        """What has been signed for chains."""
        return self.chain / "nonces.sqlite"

    def deployments(self, chain_id: int) -> Path:
        """Which contracts are on a chain."""
        return self.chain / f"deployments-{chain_id}.json"

    @property
    def engines(self) -> Path:
        """Programs of others that Assay has fetched; whoever deletes them has them fetched again."""
        return self.root / "engines"

    @property
    def receipts(self) -> Path:
        """The receipts of whoever calls from this machine."""
        return self.root / "receipts"

    @property
    def wallets(self) -> Path:
        """Keys of people, an encrypted file each."""
        return self.root / "wallets"

    @property
    def budgets(self) -> Path:
        """What agents of this machine may spend, a file each with the agent's key."""
        return self.root / "budgets"

    @property
    def tally(self) -> Path:
        """What went out of these budgets."""
        return self.root / "budgets.sqlite"

    @property
    def channels(self) -> Path:
        """What payment channels were opened with, a file each: without it nobody can take out what is in one."""
        return self.root / "channels"

    @property
    def vouchers(self) -> Path:
        """How much agents of this machine have signed over channels."""
        return self.root / "vouchers.sqlite"
