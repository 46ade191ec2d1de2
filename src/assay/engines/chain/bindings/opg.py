"""`OPG`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, overload

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class OPG(Contract):
    artifact = "OPG"

    @classmethod
    def initcode(cls, holder: Address) -> bytes:
        return cls._initcode(("address",), (holder,))

    def CANCEL_AUTHORIZATION_TYPEHASH(self) -> Call[bytes]:
        return self._call("CANCEL_AUTHORIZATION_TYPEHASH", (), (), ("bytes32",))

    def CLOCK_MODE(self) -> Call[str]:
        return self._call("CLOCK_MODE", (), (), ("string",))

    def DOMAIN_SEPARATOR(self) -> Call[bytes]:
        return self._call("DOMAIN_SEPARATOR", (), (), ("bytes32",))

    def PERMIT_TYPEHASH(self) -> Call[bytes]:
        return self._call("PERMIT_TYPEHASH", (), (), ("bytes32",))

    def RECEIVE_WITH_AUTHORIZATION_TYPEHASH(self) -> Call[bytes]:
        return self._call("RECEIVE_WITH_AUTHORIZATION_TYPEHASH", (), (), ("bytes32",))

    def TRANSFER_WITH_AUTHORIZATION_TYPEHASH(self) -> Call[bytes]:
        return self._call("TRANSFER_WITH_AUTHORIZATION_TYPEHASH", (), (), ("bytes32",))

    def allowance(self, arg0: Address, arg1: Address) -> Call[int]:
        return self._call("allowance", ("address", "address"), (arg0, arg1), ("uint256",))

    def approve(self, spender: Address, amount: int) -> Call[bool]:
        return self._call("approve", ("address", "uint256"), (spender, amount), ("bool",))

    def authorizationState(self, arg0: Address, arg1: bytes) -> Call[bool]:
        return self._call("authorizationState", ("address", "bytes32"), (arg0, arg1), ("bool",))

    def balanceOf(self, arg0: Address) -> Call[int]:
        return self._call("balanceOf", ("address",), (arg0,), ("uint256",))

    @overload
    def cancelAuthorization(
        self,
        authorizer: Address,
        nonce: bytes,
        v: int,
        r: bytes,
        s: bytes,
        /,
    ) -> Call[None]: ...
    @overload
    def cancelAuthorization(self, authorizer: Address, nonce: bytes, signature: bytes, /) -> Call[None]: ...
    def cancelAuthorization(self, *arguments: Any) -> Call[Any]:
        types = {
            5: ("address", "bytes32", "uint8", "bytes32", "bytes32"),
            3: ("address", "bytes32", "bytes"),
        }[len(arguments)]
        return self._call("cancelAuthorization", types, arguments)

    def clock(self) -> Call[int]:
        return self._call("clock", (), (), ("uint48",))

    def decimals(self) -> Call[int]:
        return self._call("decimals", (), (), ("uint8",))

    def delegate(self, delegatee: Address) -> Call[None]:
        return self._call("delegate", ("address",), (delegatee,))

    def delegateBySig(
        self,
        delegatee: Address,
        nonce: int,
        expiry: int,
        v: int,
        r: bytes,
        s: bytes,
    ) -> Call[None]:
        return self._call(
            "delegateBySig",
            ("address", "uint256", "uint256", "uint8", "bytes32", "bytes32"),
            (delegatee, nonce, expiry, v, r, s),
        )

    def delegates(self, arg0: Address) -> Call[Address]:
        return self._call("delegates", ("address",), (arg0,), ("address",))

    def eip712Domain(self) -> Call[tuple[bytes, str, str, int, Address, bytes, tuple[int, ...]]]:
        return self._call(
            "eip712Domain",
            (),
            (),
            ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"),
        )

    def getPastTotalSupply(self, timepoint: int) -> Call[int]:
        return self._call("getPastTotalSupply", ("uint256",), (timepoint,), ("uint256",))

    def getPastVotes(self, account: Address, timepoint: int) -> Call[int]:
        return self._call("getPastVotes", ("address", "uint256"), (account, timepoint), ("uint256",))

    def getVotes(self, account: Address) -> Call[int]:
        return self._call("getVotes", ("address",), (account,), ("uint256",))

    def name(self) -> Call[str]:
        return self._call("name", (), (), ("string",))

    def nonces(self, arg0: Address) -> Call[int]:
        return self._call("nonces", ("address",), (arg0,), ("uint256",))

    def permit(
        self,
        owner: Address,
        spender: Address,
        amount: int,
        deadline: int,
        v: int,
        r: bytes,
        s: bytes,
    ) -> Call[None]:
        return self._call(
            "permit",
            ("address", "address", "uint256", "uint256", "uint8", "bytes32", "bytes32"),
            (owner, spender, amount, deadline, v, r, s),
        )

    @overload
    def receiveWithAuthorization(
        self,
        sender: Address,
        receiver: Address,
        amount: int,
        validAfter: int,
        validBefore: int,
        nonce: bytes,
        v: int,
        r: bytes,
        s: bytes,
        /,
    ) -> Call[None]: ...
    @overload
    def receiveWithAuthorization(
        self,
        sender: Address,
        receiver: Address,
        amount: int,
        validAfter: int,
        validBefore: int,
        nonce: bytes,
        signature: bytes,
        /,
    ) -> Call[None]: ...
    def receiveWithAuthorization(self, *arguments: Any) -> Call[Any]:
        types = {
            9: (
                "address",
                "address",
                "uint256",
                "uint256",
                "uint256",
                "bytes32",
                "uint8",
                "bytes32",
                "bytes32",
            ),
            7: ("address", "address", "uint256", "uint256", "uint256", "bytes32", "bytes"),
        }[len(arguments)]
        return self._call("receiveWithAuthorization", types, arguments)

    def symbol(self) -> Call[str]:
        return self._call("symbol", (), (), ("string",))

    def totalSupply(self) -> Call[int]:
        return self._call("totalSupply", (), (), ("uint256",))

    def transfer(self, to: Address, amount: int) -> Call[bool]:
        return self._call("transfer", ("address", "uint256"), (to, amount), ("bool",))

    def transferFrom(self, owner: Address, to: Address, amount: int) -> Call[bool]:
        return self._call("transferFrom", ("address", "address", "uint256"), (owner, to, amount), ("bool",))

    @overload
    def transferWithAuthorization(
        self,
        sender: Address,
        receiver: Address,
        amount: int,
        validAfter: int,
        validBefore: int,
        nonce: bytes,
        v: int,
        r: bytes,
        s: bytes,
        /,
    ) -> Call[None]: ...
    @overload
    def transferWithAuthorization(
        self,
        sender: Address,
        receiver: Address,
        amount: int,
        validAfter: int,
        validBefore: int,
        nonce: bytes,
        signature: bytes,
        /,
    ) -> Call[None]: ...
    def transferWithAuthorization(self, *arguments: Any) -> Call[Any]:
        types = {
            9: (
                "address",
                "address",
                "uint256",
                "uint256",
                "uint256",
                "bytes32",
                "uint8",
                "bytes32",
                "bytes32",
            ),
            7: ("address", "address", "uint256", "uint256", "uint256", "bytes32", "bytes"),
        }[len(arguments)]
        return self._call("transferWithAuthorization", types, arguments)

    def version(self) -> Call[str]:
        return self._call("version", (), (), ("string",))


@dataclass(frozen=True, slots=True)
class Approval(Event):
    signature = "Approval"
    parameters = (
        Parameter("owner", "address", indexed=True),
        Parameter("spender", "address", indexed=True),
        Parameter("value", "uint256"),
    )

    owner: Address
    spender: Address
    value: int


@dataclass(frozen=True, slots=True)
class AuthorizationCanceled(Event):
    signature = "AuthorizationCanceled"
    parameters = (
        Parameter("authorizer", "address", indexed=True),
        Parameter("nonce", "bytes32", indexed=True),
    )

    authorizer: Address
    nonce: bytes


@dataclass(frozen=True, slots=True)
class AuthorizationUsed(Event):
    signature = "AuthorizationUsed"
    parameters = (
        Parameter("authorizer", "address", indexed=True),
        Parameter("nonce", "bytes32", indexed=True),
    )

    authorizer: Address
    nonce: bytes


@dataclass(frozen=True, slots=True)
class DelegateChanged(Event):
    signature = "DelegateChanged"
    parameters = (
        Parameter("delegator", "address", indexed=True),
        Parameter("fromDelegate", "address", indexed=True),
        Parameter("toDelegate", "address", indexed=True),
    )

    delegator: Address
    fromDelegate: Address
    toDelegate: Address


@dataclass(frozen=True, slots=True)
class DelegateVotesChanged(Event):
    signature = "DelegateVotesChanged"
    parameters = (
        Parameter("delegate", "address", indexed=True),
        Parameter("previousVotes", "uint256"),
        Parameter("newVotes", "uint256"),
    )

    delegate: Address
    previousVotes: int
    newVotes: int


@dataclass(frozen=True, slots=True)
class Transfer(Event):
    signature = "Transfer"
    parameters = (
        Parameter("sender", "address", indexed=True),
        Parameter("receiver", "address", indexed=True),
        Parameter("value", "uint256"),
    )

    sender: Address
    receiver: Address
    value: int
