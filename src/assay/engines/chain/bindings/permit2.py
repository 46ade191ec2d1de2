"""`Permit2`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class TokenPermissions(NamedTuple):
    token: Address
    amount: int


class PermitTransferFrom(NamedTuple):
    permitted: TokenPermissions
    nonce: int
    deadline: int


class SignatureTransferDetails(NamedTuple):
    to: Address
    requestedAmount: int


class PermitBatchTransferFrom(NamedTuple):
    permitted: tuple[TokenPermissions, ...]
    nonce: int
    deadline: int


class Permit2(Contract):
    artifact = "Permit2"

    def DOMAIN_SEPARATOR(self) -> Call[bytes]:
        return self._call("DOMAIN_SEPARATOR", (), (), ("bytes32",))

    def invalidateUnorderedNonces(self, wordPos: int, mask: int) -> Call[None]:
        return self._call("invalidateUnorderedNonces", ("uint256", "uint256"), (wordPos, mask))

    def nonceBitmap(self, arg0: Address, arg1: int) -> Call[int]:
        return self._call("nonceBitmap", ("address", "uint256"), (arg0, arg1), ("uint256",))

    def permitTransferFrom(
        self,
        permit: tuple[tuple[Address, int], int, int],
        transferDetails: tuple[Address, int],
        owner: Address,
        signature: bytes,
    ) -> Call[None]:
        return self._call(
            "permitTransferFrom",
            ("((address,uint256),uint256,uint256)", "(address,uint256)", "address", "bytes"),
            (permit, transferDetails, owner, signature),
        )

    def permitTransferFrom_2(
        self,
        permit: tuple[Sequence[tuple[Address, int]], int, int],
        transferDetails: Sequence[tuple[Address, int]],
        owner: Address,
        signature: bytes,
    ) -> Call[None]:
        return self._call(
            "permitTransferFrom",
            ("((address,uint256)[],uint256,uint256)", "(address,uint256)[]", "address", "bytes"),
            (permit, transferDetails, owner, signature),
        )

    def permitWitnessTransferFrom(
        self,
        permit: tuple[tuple[Address, int], int, int],
        transferDetails: tuple[Address, int],
        owner: Address,
        witness: bytes,
        witnessTypeString: str,
        signature: bytes,
    ) -> Call[None]:
        return self._call(
            "permitWitnessTransferFrom",
            (
                "((address,uint256),uint256,uint256)",
                "(address,uint256)",
                "address",
                "bytes32",
                "string",
                "bytes",
            ),
            (permit, transferDetails, owner, witness, witnessTypeString, signature),
        )

    def permitWitnessTransferFrom_2(
        self,
        permit: tuple[Sequence[tuple[Address, int]], int, int],
        transferDetails: Sequence[tuple[Address, int]],
        owner: Address,
        witness: bytes,
        witnessTypeString: str,
        signature: bytes,
    ) -> Call[None]:
        return self._call(
            "permitWitnessTransferFrom",
            (
                "((address,uint256)[],uint256,uint256)",
                "(address,uint256)[]",
                "address",
                "bytes32",
                "string",
                "bytes",
            ),
            (permit, transferDetails, owner, witness, witnessTypeString, signature),
        )


@dataclass(frozen=True, slots=True)
class UnorderedNonceInvalidation(Event):
    signature = "UnorderedNonceInvalidation"
    parameters = (
        Parameter("owner", "address", indexed=True),
        Parameter("word", "uint256"),
        Parameter("mask", "uint256"),
    )

    owner: Address
    word: int
    mask: int
