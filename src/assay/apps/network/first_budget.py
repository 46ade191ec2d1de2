"""The budget that a network on one machine gives to whoever tries it: play money, from its faucet."""

from __future__ import annotations

from pathlib import Path

from assay.apps.network.budgets import BudgetFiles
from assay.apps.network.contracts import HELPING, UNIT
from assay.apps.network.funding import fund
from assay.apps.network.granting import Limits, grant
from assay.apps.network.home import Home
from assay.apps.network.wallet_chain import acting, be_helped, known_chain
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.faucet import Faucet
from assay.engines.chain.bindings.opg import OPG
from assay.trust.payments.asset import token_asset

NAME = "local"
LIFETIME_S = 30 * 86_400
_PERMIT_S = 3600


async def give_first_budget(home: Home, url: str, now: int) -> Path:
    """The file of a budget for this machine's gateway, made and funded if it is not there. ``now``: Unix seconds.

    Its owner is the account that has brought the contracts. Raises what `Sender.transact` does.
    """
    files = BudgetFiles(home)
    path = files.path(NAME)
    if path.exists():
        return path
    owner = Account.open(home.chain_key)
    async with known_chain(home, url) as (chain, deployments), acting(home, chain, owner) as sender:
        token = deployments.at(OPG)
        limits = Limits(
            total=HELPING,
            per_call=UNIT,
            per_day=HELPING // 10,
            hosts=("127.0.0.1", "localhost"),
            expiry=now + LIFETIME_S,
        )
        agent = grant(owner, token_asset(chain.chain_id, token.address), limits, now)
        await be_helped(sender, deployments.at(Faucet), agent.account.address, now)
        await fund(sender, token, agent.account, 0, now + _PERMIT_S)
    agent.save(path)
    return path
