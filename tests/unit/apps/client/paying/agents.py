"""Agents with a budget, signed and counted as in earnest."""

from __future__ import annotations

from typing import Any

from assay.engines.chain.account import Account
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.mandate import Mandate, SignedBudget
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.trust.payments.budget import Budget

KEY = bytes([5]) * 32
SIGNER = Account(KEY)
OWNER = Account(bytes([6]) * 32)
OPG = 10**18


def agent_of(key: bytes, asset: str, **limits: Any) -> Agent:
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
        owner=OWNER.address.lower(),
        agent_key=Account(key).address.lower(),
        asset=asset.lower(),
        expiry=4_000_000_000,
        **{**may, **limits},
    )
    return Agent(key, Mandate.verify([SignedBudget.grant(budget, OWNER)]))


def purse_of(key: bytes, asset: str, tally: Tally, **limits: Any) -> BudgetPurse:
    return BudgetPurse(agent_of(key, asset, **limits), tally)
