"""The contracts of a network: which are on its chain, in what order they come, and how they are set up.

On a chain of this machine there are also those that other chains have had for long, at the same addresses, and
a faucet. There, an account's money comes from nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assay.engines.chain.artifact import Artifact
from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.bindings.erc3009_deposit_collector import ERC3009DepositCollector
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.faucet import Faucet
from assay.engines.chain.bindings.multicall3 import Multicall3
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.permit2 import Permit2
from assay.engines.chain.bindings.permit2_deposit_collector import Permit2DepositCollector
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.bindings.teeregistry import TEERegistry
from assay.engines.chain.bindings.x402_exact_permit2_proxy import X402ExactPermit2Proxy
from assay.engines.chain.bindings.x402_upto_permit2_proxy import X402UptoPermit2Proxy
from assay.engines.chain.canonical import (
    MULTICALL3,
    PERMIT2,
    X402_BATCH_SETTLEMENT,
    X402_ERC3009_COLLECTOR,
    X402_EXACT_PROXY,
    X402_PERMIT2_COLLECTOR,
    X402_UPTO_PROXY,
)
from assay.engines.chain.chain import Chain
from assay.engines.chain.contract import Call, Contract
from assay.engines.chain.deployments import Deployed, Deployments, Planned, deploy
from assay.engines.chain.library import Address
from assay.engines.chain.sender import Sender
from assay.engines.chain.wire import to_data, to_quantity

ETHER = 10**18
UNIT = 10**18
"""The smallest units in one OPG."""

CANONICAL: Mapping[type[Contract], Address] = {
    Permit2: PERMIT2,
    X402ExactPermit2Proxy: X402_EXACT_PROXY,
    X402UptoPermit2Proxy: X402_UPTO_PROXY,
    BatchSettlement: X402_BATCH_SETTLEMENT,
    ERC3009DepositCollector: X402_ERC3009_COLLECTOR,
    Permit2DepositCollector: X402_PERMIT2_COLLECTOR,
    Multicall3: MULTICALL3,
}
"""What is on every chain, and has to be laid on one of this machine."""

MINIMUM_STAKE = 50 * UNIT
"""Of an enclave that registers, until the owner sets another; half of what the faucet gives."""
EPOCH_S = 86_400
"""How long a heartbeat keeps an enclave enabled, until the owner sets another."""

HELPING = 100 * UNIT
GAS_MONEY = ETHER // 10
INTERVAL_S = 86_400
_FILLING = 100_000
"""Helpings in a new faucet."""


def plan(owner: Address) -> list[Planned]:
    """What every chain of a network has. ``owner`` gets the tokens, says who settles, and what it takes to register."""
    token = Planned(OPG, OPG.initcode(owner))
    settlement = Planned(Settlement, Settlement.initcode(owner))
    facilitator = Planned(Facilitator, Facilitator.initcode(owner, settlement.address, token.address))
    registry = Planned(TEERegistry, TEERegistry.initcode(owner, token.address, MINIMUM_STAKE, EPOCH_S))
    return [token, settlement, facilitator, registry]


async def bring(sender: Sender, known: Deployments) -> Deployments:
    """Bring the contracts to a chain, and set them up; done twice, the second time changes nothing."""
    await sender.resume()
    deployments = await deploy(sender, plan(sender.account.address), known)
    settlement, facilitator = deployments.at(Settlement), deployments.at(Facilitator)
    if not await sender.chain.read(settlement.is_settler(facilitator.address)):
        await sender.transact(settlement.set_settler(facilitator.address, True))
    if not await sender.chain.read(facilitator.is_operator(sender.account.address)):
        await sender.transact(facilitator.set_operator(sender.account.address, True))
    return deployments


async def bring_home(sender: Sender, known: Deployments) -> Deployments:
    """`bring` to a chain of this machine, with a faucet, and with what is on other chains already."""
    chain = sender.chain
    await _provide(chain, sender.account.address, 2 * _FILLING * GAS_MONEY)
    for contract, address in CANONICAL.items():
        await _lay(chain, contract, address)
    deployments = await bring(sender, known)
    token = deployments.at(OPG)
    faucet = Planned(Faucet, Faucet.initcode(token.address, HELPING, GAS_MONEY, INTERVAL_S))
    deployments = await deploy(sender, [faucet], deployments)
    await _fill(sender, token, faucet.address)
    laid = {contract.artifact: Deployed(address) for contract, address in CANONICAL.items()}
    return replace(deployments, contracts={**deployments.contracts, **laid})


async def _fill(sender: Sender, token: OPG, faucet: Address) -> None:
    if await sender.chain.read(token.balanceOf(faucet)) == 0:
        await sender.transact(token.transfer(faucet, _FILLING * HELPING))
    if await sender.chain.balance(faucet) == 0:
        money: Call[None] = Call(faucet, b"", value=_FILLING * GAS_MONEY)
        await sender.transact(money)


async def _provide(chain: Chain, account: Address, amount: int) -> None:
    """Make money, as only a chain of this machine lets one."""
    if await chain.balance(account) < amount:
        await chain.rpc.call("anvil_setBalance", account, to_quantity(2 * amount))


async def _lay(chain: Chain, contract: type[Contract], address: Address) -> None:
    """Put a contract's code at an address, as only a chain of this machine lets one."""
    code = Artifact.load(contract.artifact).runtime
    if await chain.code(address) != code:
        await chain.rpc.call("anvil_setCode", address, to_data(code))
        await chain.rpc.call("evm_mine")  # its keeper writes the state when there is a block
