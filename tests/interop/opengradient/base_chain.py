"""A network's contracts on a chain that passes for Base, with OPG where it is there."""

from __future__ import annotations

from dataclasses import replace

from tests.laying import OPG_ON_BASE, lay

from assay.apps.network.contracts import EPOCH_S, MINIMUM_STAKE, bring_home
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.bindings.teeregistry import TEERegistry
from assay.engines.chain.deployments import Deployed, Deployments, Planned, deploy
from assay.engines.chain.sender import Sender


async def bring_to_base(sender: Sender, known: Deployments) -> Deployments:
    """As on a chain of one's own, but for another token."""
    deployments = await bring_home(sender, known)
    owner, settlement = sender.account.address, deployments.at(Settlement)
    await lay(sender, OPG_ON_BASE, OPG.initcode(owner))
    facilitator = Planned(Facilitator, Facilitator.initcode(owner, settlement.address, OPG_ON_BASE))
    registry = Planned(TEERegistry, TEERegistry.initcode(owner, OPG_ON_BASE, MINIMUM_STAKE, EPOCH_S))
    known = replace(deployments, contracts={**deployments.contracts, OPG.artifact: Deployed(OPG_ON_BASE)})
    deployments = await deploy(sender, [facilitator, registry], known)
    await sender.transact(settlement.set_settler(facilitator.address, True))
    await sender.transact(deployments.at(Facilitator).set_operator(owner, True))
    return deployments
