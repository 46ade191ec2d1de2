"""`Facilitator`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class Payment(NamedTuple):
    target: Address
    call: bytes


class Facilitator(Contract):
    artifact = "Facilitator"

    @classmethod
    def initcode(cls, owner: Address, settlement: Address, token: Address) -> bytes:
        return cls._initcode(("address", "address", "address"), (owner, settlement, token))

    def EXACT(self) -> Call[Address]:
        return self._call("EXACT", (), (), ("address",))

    def GAS_EACH(self) -> Call[int]:
        return self._call("GAS_EACH", (), (), ("uint256",))

    def SETTLEMENT(self) -> Call[Address]:
        return self._call("SETTLEMENT", (), (), ("address",))

    def TOKEN(self) -> Call[Address]:
        return self._call("TOKEN", (), (), ("address",))

    def UPTO(self) -> Call[Address]:
        return self._call("UPTO", (), (), ("address",))

    def acceptOwnership(self) -> Call[None]:
        return self._call("acceptOwnership", (), ())

    def is_operator(self, arg0: Address) -> Call[bool]:
        return self._call("is_operator", ("address",), (arg0,), ("bool",))

    def owner(self) -> Call[Address]:
        return self._call("owner", (), (), ("address",))

    def pendingOwner(self) -> Call[Address]:
        return self._call("pendingOwner", (), (), ("address",))

    def set_operator(self, operator: Address, operates: bool) -> Call[None]:
        return self._call("set_operator", ("address", "bool"), (operator, operates))

    def settle(
        self,
        payments: Sequence[tuple[Address, bytes]],
        root: bytes,
        size: int,
    ) -> Call[tuple[bool, ...]]:
        return self._call(
            "settle",
            ("(address,bytes)[]", "bytes32", "uint256"),
            (payments, root, size),
            ("bool[]",),
        )

    def transferOwnership(self, newOwner: Address) -> Call[None]:
        return self._call("transferOwnership", ("address",), (newOwner,))


@dataclass(frozen=True, slots=True)
class OperatorSet(Event):
    signature = "OperatorSet"
    parameters = (
        Parameter("operator", "address", indexed=True),
        Parameter("operates", "bool"),
    )

    operator: Address
    operates: bool


@dataclass(frozen=True, slots=True)
class OwnershipTransferStarted(Event):
    signature = "OwnershipTransferStarted"
    parameters = (
        Parameter("previousOwner", "address", indexed=True),
        Parameter("newOwner", "address", indexed=True),
    )

    previousOwner: Address
    newOwner: Address


@dataclass(frozen=True, slots=True)
class OwnershipTransferred(Event):
    signature = "OwnershipTransferred"
    parameters = (
        Parameter("previousOwner", "address", indexed=True),
        Parameter("newOwner", "address", indexed=True),
    )

    previousOwner: Address
    newOwner: Address


@dataclass(frozen=True, slots=True)
class PaymentRefused(Event):
    signature = "PaymentRefused"
    parameters = (
        Parameter("index", "uint256"),
        Parameter("target", "address", indexed=True),
        Parameter("reason", "bytes"),
    )

    index: int
    target: Address
    reason: bytes
