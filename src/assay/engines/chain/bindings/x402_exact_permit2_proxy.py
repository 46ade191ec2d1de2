"""`X402ExactPermit2Proxy`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract, Event
from assay.engines.chain.library import Address


class TokenPermissions(NamedTuple):
    token: Address
    amount: int


class PermitTransferFrom(NamedTuple):
    permitted: TokenPermissions
    nonce: int
    deadline: int


class Witness(NamedTuple):
    to: Address
    validAfter: int


class EIP2612Permit(NamedTuple):
    value: int
    deadline: int
    r: bytes
    s: bytes
    v: int


class X402ExactPermit2Proxy(Contract):
    artifact = "X402ExactPermit2Proxy"

    def PERMIT2(self) -> Call[Address]:
        return self._call("PERMIT2", (), (), ("address",))

    def WITNESS_TYPEHASH(self) -> Call[bytes]:
        return self._call("WITNESS_TYPEHASH", (), (), ("bytes32",))

    def WITNESS_TYPE_STRING(self) -> Call[str]:
        return self._call("WITNESS_TYPE_STRING", (), (), ("string",))

    def settle(
        self,
        permit: tuple[tuple[Address, int], int, int],
        owner: Address,
        witness: tuple[Address, int],
        signature: bytes,
    ) -> Call[None]:
        return self._call(
            "settle",
            ("((address,uint256),uint256,uint256)", "address", "(address,uint256)", "bytes"),
            (permit, owner, witness, signature),
        )

    def settleWithPermit(
        self,
        permit2612: tuple[int, int, bytes, bytes, int],
        permit: tuple[tuple[Address, int], int, int],
        owner: Address,
        witness: tuple[Address, int],
        signature: bytes,
    ) -> Call[None]:
        return self._call(
            "settleWithPermit",
            (
                "(uint256,uint256,bytes32,bytes32,uint8)",
                "((address,uint256),uint256,uint256)",
                "address",
                "(address,uint256)",
                "bytes",
            ),
            (permit2612, permit, owner, witness, signature),
        )


@dataclass(frozen=True, slots=True)
class Settled(Event):
    signature = "Settled"
    parameters = ()


@dataclass(frozen=True, slots=True)
class SettledWithPermit(Event):
    signature = "SettledWithPermit"
    parameters = ()
