"""Makes an agent: a key of its own, and a budget that somebody signs for it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.local import CHAIN_ID
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.mandate import Mandate, SignedBudget
from assay.trust.payments.asset import token_asset
from assay.trust.payments.budget import Budget

LIFETIME_S = 7 * 86_400
_KEY_BYTES = 32
_SALT_BYTES = 32
_ANY = ("*",)


@dataclass(frozen=True, slots=True)
class Limits:
    """What somebody says of a budget. What is None or empty is limited by the rest alone. Amounts in smallest units."""

    total: int
    expiry: int | None = None
    """Unix seconds."""
    per_call: int | None = None
    per_day: int | None = None
    models: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


def grant(owner: Account, asset: str, limits: Limits, now: int) -> Agent:
    """A new agent with a budget in ``asset``, for `LIFETIME_S` if no end is given. ``now``: Unix seconds.

    Raises `FormatError` for limits that no budget can have.
    """
    key, address = _new_key()
    budget = Budget(
        owner=owner.address.lower(),
        agent_key=address,
        asset=asset,
        total=limits.total,
        per_call=limits.total if limits.per_call is None else limits.per_call,
        per_day=limits.total if limits.per_day is None else limits.per_day,
        models=limits.models or _ANY,
        hosts=limits.hosts or _ANY,
        expiry=now + LIFETIME_S if limits.expiry is None else limits.expiry,
        salt=os.urandom(_SALT_BYTES).hex(),
    )
    return Agent(key, Mandate.verify([SignedBudget.grant(budget, owner)]))


def grant_below(above: Agent, limits: Limits) -> Agent:
    """A new agent with a part of another one's budget: what is not said is as it is there.

    Raises as `grant` does, and `BudgetUnproven` for limits that are wider than those above.
    """
    key, address = _new_key()
    parent = above.mandate.budget
    budget = replace(
        parent,
        owner=parent.agent_key,
        agent_key=address,
        total=limits.total,
        per_call=min(limits.total, parent.per_call) if limits.per_call is None else limits.per_call,
        per_day=min(limits.total, parent.per_day) if limits.per_day is None else limits.per_day,
        models=limits.models or parent.models,
        hosts=limits.hosts or parent.hosts,
        expiry=parent.expiry if limits.expiry is None else limits.expiry,
        salt=os.urandom(_SALT_BYTES).hex(),
        parent=above.mandate.id,
    )
    return Agent(key, above.mandate.granting(SignedBudget.grant(budget, above.account)))


def _new_key() -> tuple[bytes, str]:
    """A key, and its address in lower case."""
    key = os.urandom(_KEY_BYTES)
    return key, Account(key).address.lower()


def home_asset(home: Home) -> str:
    """The OPG of this machine's chain, whether that runs or not. Raises `ContractMissing`."""
    deployments = Deployments.load(home.deployments(CHAIN_ID))
    return token_asset(deployments.chain_id, deployments.at(OPG).address)
