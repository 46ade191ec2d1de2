"""Accounts, and budgets that they have signed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.unit.trust.payments.budgets import BUDGET

from assay.engines.chain.account import Account
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.mandate import Mandate, SignedBudget

OWNER, STRANGER = Account(bytes([1]) * 32), Account(bytes([9]) * 32)
AGENT_KEY, SUB_KEY = bytes([2]) * 32, bytes([3]) * 32


def lower(account: Account) -> str:
    return account.address.lower()


ROOT = replace(BUDGET, owner=lower(OWNER), agent_key=lower(Account(AGENT_KEY)))
MANDATE = Mandate.verify([SignedBudget.grant(ROOT, OWNER)])
AGENT = Agent(AGENT_KEY, MANDATE)


def sub_budget(**changes: Any) -> SignedBudget:
    """Granted by the agent, for less."""
    budget = replace(
        ROOT, owner=lower(AGENT.account), agent_key=lower(Account(SUB_KEY)), parent=MANDATE.id, total=60
    )
    return SignedBudget.grant(replace(budget, **changes), AGENT.account)


SUB_AGENT = Agent(SUB_KEY, MANDATE.granting(sub_budget()))
