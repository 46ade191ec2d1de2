"""Agents with a budget, signed and counted as in earnest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from assay.apps.client.paying.channels import Channels
from assay.apps.client.paying.payer import Payer
from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.mandate import Mandate, SignedBudget
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.engines.wallets.vouchers import Vouchers
from assay.trust.payments.budget import Budget

KEY = bytes([5]) * 32
SIGNER = Account(KEY)
OWNER = Account(bytes([6]) * 32)
OPG = 10**18
NO_CHANNELS = Channels(Home(Path("/nowhere")), Vouchers(Path(":memory:")), SIGNER)


def agent_of(key: bytes, asset: str, owner: Account = OWNER, **limits: Any) -> Agent:
    """An agent with this key, who may spend what ``limits`` do not narrow."""
    may: dict[str, Any] = {
        "total": 100 * OPG,
        "per_call": OPG,
        "per_day": 100 * OPG,
        "models": ("*",),
        "hosts": ("*",),
        "salt": "00" * 32,
    }
    budget = Budget(
        owner=owner.address.lower(),
        agent_key=Account(key).address.lower(),
        asset=asset.lower(),
        expiry=4_000_000_000,
        **{**may, **limits},
    )
    return Agent(key, Mandate.verify([SignedBudget.grant(budget, owner)]))


def purse_of(key: bytes, asset: str, tally: Tally, **limits: Any) -> BudgetPurse:
    return BudgetPurse(agent_of(key, asset, **limits), tally)


def payer_of(purse: BudgetPurse, at: datetime) -> Payer:
    """Somebody who knows of no channel, at one time."""
    return Payer(purse, NO_CHANNELS, lambda: at)
