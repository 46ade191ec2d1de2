"""`Settlement`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class Batch(NamedTuple):
    settler: Address
    settled_at: int
    size: int


class Leaf(NamedTuple):
    receipt_id: bytes
    payment_key: bytes
    mode: int


class Settlement(Contract):
    artifact = "Settlement"

    @classmethod
    def initcode(cls, owner: Address) -> bytes:
        return cls._initcode(("address",), (owner,))

    def MAX_SIZE(self) -> Call[int]:
        return self._call("MAX_SIZE", (), (), ("uint256",))

    def acceptOwnership(self) -> Call[None]:
        return self._call("acceptOwnership", (), ())

    def batch(self, root: bytes) -> Call[Batch]:
        return self._call("batch", ("bytes32",), (root,), ("(address,uint256,uint256)",), Batch)

    def includes(
        self,
        root: bytes,
        index: int,
        leaf: tuple[bytes, bytes, int],
        proof: Sequence[bytes],
    ) -> Call[bool]:
        return self._call(
            "includes",
            ("bytes32", "uint256", "(bytes32,bytes32,uint8)", "bytes32[]"),
            (root, index, leaf, proof),
            ("bool",),
        )

    def is_settler(self, arg0: Address) -> Call[bool]:
        return self._call("is_settler", ("address",), (arg0,), ("bool",))

    def leaf_hash(self, leaf: tuple[bytes, bytes, int]) -> Call[bytes]:
        return self._call("leaf_hash", ("(bytes32,bytes32,uint8)",), (leaf,), ("bytes32",))

    def owner(self) -> Call[Address]:
        return self._call("owner", (), (), ("address",))

    def pendingOwner(self) -> Call[Address]:
        return self._call("pendingOwner", (), (), ("address",))

    def set_settler(self, settler: Address, settles: bool) -> Call[None]:
        return self._call("set_settler", ("address", "bool"), (settler, settles))

    def settle(self, root: bytes, size: int) -> Call[None]:
        return self._call("settle", ("bytes32", "uint256"), (root, size))

    def transferOwnership(self, newOwner: Address) -> Call[None]:
        return self._call("transferOwnership", ("address",), (newOwner,))


@dataclass(frozen=True, slots=True)
class BatchSettled(Event):
    signature = "BatchSettled"
    parameters = (
        Parameter("root", "bytes32", indexed=True),
        Parameter("settler", "address", indexed=True),
        Parameter("size", "uint256"),
    )

    root: bytes
    settler: Address
    size: int


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
class SettlerSet(Event):
    signature = "SettlerSet"
    parameters = (
        Parameter("settler", "address", indexed=True),
        Parameter("settles", "bool"),
    )

    settler: Address
    settles: bool
