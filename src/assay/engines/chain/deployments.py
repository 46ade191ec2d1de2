"""Contracts of ours on one chain: brought there once, found ever after, and listed in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeVar

import orjson

from assay.engines.chain.artifact import Artifact
from assay.engines.chain.chain import Chain
from assay.engines.chain.contract import Call, Contract
from assay.engines.chain.create2 import (
    FACTORY,
    FACTORY_COST,
    FACTORY_MAKER,
    FACTORY_TRANSACTION,
    address_of,
    deployment,
)
from assay.engines.chain.errors import (
    CallReverted,
    ChainGarbage,
    ContractMissing,
    FactoryMissing,
    TransactionFailed,
    WrongChain,
)
from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.patience import until
from assay.engines.chain.sender import Sender
from assay.engines.chain.wire import from_data, parse, to_data
from assay.engines.tlog.durable import write_durably

C = TypeVar("C", bound=Contract)

SALT = bytes(32)
"""Of all of ours: what sets them apart is their code."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A contract that should be on a chain; on every chain, it would be at `address`."""

    contract: type[Contract]
    initcode: bytes

    @property
    def address(self) -> Address:
        return address_of(self.initcode, SALT)


@dataclass(frozen=True, slots=True)
class Deployed:
    """A contract that is on a chain. ``block``: the first with it; 0 if somebody else brought it there."""

    address: Address
    block: int = 0


@dataclass(frozen=True, slots=True)
class Deployments:
    """What is known to be on one chain, by name. Chains with one id are told apart by ``genesis``."""

    chain_id: int
    genesis: bytes
    contracts: Mapping[str, Deployed] = field(default_factory=dict)

    @classmethod
    def of(cls, chain: Chain) -> Self:
        """Nothing yet."""
        return cls(chain.chain_id, chain.genesis)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises `ContractMissing` if there is no such file, and `ChainGarbage` if it holds something else."""
        try:
            return parse(cls._from_json, orjson.loads(path.read_bytes()))
        except FileNotFoundError:
            raise ContractMissing("No contracts have been brought to this chain.") from None
        except orjson.JSONDecodeError:
            raise ChainGarbage(f"{path.name} is no list of deployments.") from None

    def save(self, path: Path) -> None:
        write_durably(path, orjson.dumps(self.to_json(), option=orjson.OPT_INDENT_2))

    def at(self, contract: type[C]) -> C:
        """The contract of this kind. Raises `ContractMissing`."""
        if contract.artifact not in self.contracts:
            raise ContractMissing(f"{contract.artifact} has not been brought to chain {self.chain_id}.")
        return contract(self.contracts[contract.artifact].address)

    def check(self, chain: Chain) -> None:
        """Raises `WrongChain` if these are not of ``chain``."""
        if (self.chain_id, self.genesis) != (chain.chain_id, chain.genesis):
            raise WrongChain(
                "The contracts that are known are of another chain, or of one that was begun anew."
            )

    def to_json(self) -> dict[str, Any]:
        return {
            "chain_id": self.chain_id,
            "genesis": to_data(self.genesis),
            "contracts": {
                name: {"address": known.address, "block": known.block}
                for name, known in self.contracts.items()
            },
        }

    def exported(self) -> dict[str, Any]:
        """`to_json`, with all that other programs need to call the contracts."""
        value = self.to_json()
        for name, known in value["contracts"].items():
            known["abi"] = Artifact.load(name).abi
        return value

    @classmethod
    def _from_json(cls, value: Any) -> Self:
        contracts = {
            name: Deployed(to_checksum_address(known["address"]), int(known["block"]))
            for name, known in value["contracts"].items()
        }
        return cls(int(value["chain_id"]), from_data(value["genesis"]), contracts)


async def deploy(sender: Sender, plan: Sequence[Planned], known: Deployments) -> Deployments:
    """Bring to the sender's chain what it lacks of a plan, in order, and tell what is there then.

    Done twice, or by two at once, the second finds everything in place. Raises `WrongChain`, `FactoryMissing`,
    and what `Sender.transact` does.
    """
    chain = sender.chain
    known.check(chain)
    await _ensure_factory(sender)
    for planned in plan:
        name = planned.contract.artifact
        before = known.contracts.get(name)
        if not await chain.code(planned.address):
            placed = Deployed(planned.address, await _make(sender, planned))
        elif before is not None and before.address == planned.address:
            placed = before
        else:
            placed = Deployed(planned.address)
        known = replace(known, contracts={**known.contracts, name: placed})
    return known


async def _make(sender: Sender, planned: Planned) -> int:
    """The block that a contract is in."""
    try:
        return (await sender.transact(deployment(planned.initcode, SALT))).block_number
    except (CallReverted, TransactionFailed):
        if not await sender.chain.code(planned.address):
            raise
        return 0  # somebody else was faster


async def _ensure_factory(sender: Sender) -> None:
    chain = sender.chain
    if await chain.code(FACTORY):
        return
    missing = FACTORY_COST - await chain.balance(FACTORY_MAKER)
    if missing > 0:
        payment: Call[None] = Call(FACTORY_MAKER, b"", value=missing)
        await sender.transact(payment)
    await chain.broadcast(FACTORY_TRANSACTION)
    if not await until(lambda: chain.code(FACTORY), sender.deadline):
        raise FactoryMissing(f"The CREATE2 deployer did not come to {FACTORY}.")
