"""`BatchSettlement`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class ChannelState(NamedTuple):
    balance: int
    totalClaimed: int


class ChannelConfig(NamedTuple):
    payer: Address
    payerAuthorizer: Address
    receiver: Address
    receiverAuthorizer: Address
    token: Address
    withdrawDelay: int
    salt: bytes


class Voucher(NamedTuple):
    channel: ChannelConfig
    maxClaimableAmount: int


class VoucherClaim(NamedTuple):
    voucher: Voucher
    signature: bytes
    totalClaimed: int


class WithdrawalState(NamedTuple):
    amount: int
    initiatedAt: int


class ReceiverState(NamedTuple):
    totalClaimed: int
    totalSettled: int


class BatchSettlement(Contract):
    artifact = "BatchSettlement"

    def CHANNEL_CONFIG_TYPEHASH(self) -> Call[bytes]:
        return self._call("CHANNEL_CONFIG_TYPEHASH", (), (), ("bytes32",))

    def CLAIM_BATCH_TYPEHASH(self) -> Call[bytes]:
        return self._call("CLAIM_BATCH_TYPEHASH", (), (), ("bytes32",))

    def CLAIM_ENTRY_TYPEHASH(self) -> Call[bytes]:
        return self._call("CLAIM_ENTRY_TYPEHASH", (), (), ("bytes32",))

    def MAX_WITHDRAW_DELAY(self) -> Call[int]:
        return self._call("MAX_WITHDRAW_DELAY", (), (), ("uint40",))

    def MIN_WITHDRAW_DELAY(self) -> Call[int]:
        return self._call("MIN_WITHDRAW_DELAY", (), (), ("uint40",))

    def REFUND_TYPEHASH(self) -> Call[bytes]:
        return self._call("REFUND_TYPEHASH", (), (), ("bytes32",))

    def VOUCHER_TYPEHASH(self) -> Call[bytes]:
        return self._call("VOUCHER_TYPEHASH", (), (), ("bytes32",))

    def channels(self, channelId: bytes) -> Call[ChannelState]:
        return self._call("channels", ("bytes32",), (channelId,), ("(uint128,uint128)",), ChannelState)

    def claim(
        self,
        voucherClaims: Sequence[
            tuple[tuple[tuple[Address, Address, Address, Address, Address, int, bytes], int], bytes, int]
        ],
    ) -> Call[None]:
        return self._call(
            "claim",
            ("(((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[]",),
            (voucherClaims,),
        )

    def claimWithSignature(
        self,
        voucherClaims: Sequence[
            tuple[tuple[tuple[Address, Address, Address, Address, Address, int, bytes], int], bytes, int]
        ],
        authorizerSignature: bytes,
    ) -> Call[None]:
        return self._call(
            "claimWithSignature",
            ("(((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[]", "bytes"),
            (voucherClaims, authorizerSignature),
        )

    def deposit(
        self,
        config: tuple[Address, Address, Address, Address, Address, int, bytes],
        amount: int,
        collector: Address,
        collectorData: bytes,
    ) -> Call[None]:
        return self._call(
            "deposit",
            ("(address,address,address,address,address,uint40,bytes32)", "uint128", "address", "bytes"),
            (config, amount, collector, collectorData),
        )

    def eip712Domain(self) -> Call[tuple[bytes, str, str, int, Address, bytes, tuple[int, ...]]]:
        return self._call(
            "eip712Domain",
            (),
            (),
            ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"),
        )

    def finalizeWithdraw(
        self,
        config: tuple[Address, Address, Address, Address, Address, int, bytes],
    ) -> Call[None]:
        return self._call(
            "finalizeWithdraw",
            ("(address,address,address,address,address,uint40,bytes32)",),
            (config,),
        )

    def getChannelId(
        self,
        config: tuple[Address, Address, Address, Address, Address, int, bytes],
    ) -> Call[bytes]:
        return self._call(
            "getChannelId",
            ("(address,address,address,address,address,uint40,bytes32)",),
            (config,),
            ("bytes32",),
        )

    def getClaimBatchDigest(
        self,
        voucherClaims: Sequence[
            tuple[tuple[tuple[Address, Address, Address, Address, Address, int, bytes], int], bytes, int]
        ],
    ) -> Call[bytes]:
        return self._call(
            "getClaimBatchDigest",
            ("(((address,address,address,address,address,uint40,bytes32),uint128),bytes,uint128)[]",),
            (voucherClaims,),
            ("bytes32",),
        )

    def getRefundDigest(self, channelId: bytes, nonce: int, amount: int) -> Call[bytes]:
        return self._call(
            "getRefundDigest",
            ("bytes32", "uint256", "uint128"),
            (channelId, nonce, amount),
            ("bytes32",),
        )

    def getVoucherDigest(self, channelId: bytes, maxClaimableAmount: int) -> Call[bytes]:
        return self._call(
            "getVoucherDigest",
            ("bytes32", "uint128"),
            (channelId, maxClaimableAmount),
            ("bytes32",),
        )

    def initiateWithdraw(
        self,
        config: tuple[Address, Address, Address, Address, Address, int, bytes],
        amount: int,
    ) -> Call[None]:
        return self._call(
            "initiateWithdraw",
            ("(address,address,address,address,address,uint40,bytes32)", "uint128"),
            (config, amount),
        )

    def multicall(self, data: Sequence[bytes]) -> Call[tuple[bytes, ...]]:
        return self._call("multicall", ("bytes[]",), (data,), ("bytes[]",))

    def pendingWithdrawals(self, channelId: bytes) -> Call[WithdrawalState]:
        return self._call(
            "pendingWithdrawals",
            ("bytes32",),
            (channelId,),
            ("(uint128,uint40)",),
            WithdrawalState,
        )

    def receivers(self, receiver: Address, token: Address) -> Call[ReceiverState]:
        return self._call(
            "receivers",
            ("address", "address"),
            (receiver, token),
            ("(uint128,uint128)",),
            ReceiverState,
        )

    def refund(
        self,
        config: tuple[Address, Address, Address, Address, Address, int, bytes],
        amount: int,
    ) -> Call[None]:
        return self._call(
            "refund",
            ("(address,address,address,address,address,uint40,bytes32)", "uint128"),
            (config, amount),
        )

    def refundNonce(self, arg0: bytes) -> Call[int]:
        return self._call("refundNonce", ("bytes32",), (arg0,), ("uint256",))

    def refundWithSignature(
        self,
        config: tuple[Address, Address, Address, Address, Address, int, bytes],
        amount: int,
        nonce: int,
        receiverAuthorizerSignature: bytes,
    ) -> Call[None]:
        return self._call(
            "refundWithSignature",
            ("(address,address,address,address,address,uint40,bytes32)", "uint128", "uint256", "bytes"),
            (config, amount, nonce, receiverAuthorizerSignature),
        )

    def settle(self, receiver: Address, token: Address) -> Call[None]:
        return self._call("settle", ("address", "address"), (receiver, token))


@dataclass(frozen=True, slots=True)
class ChannelClosed(Event):
    signature = "ChannelClosed"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("config", "(address,address,address,address,address,uint40,bytes32)"),
    )

    channelId: bytes
    config: tuple[Address, Address, Address, Address, Address, int, bytes]


@dataclass(frozen=True, slots=True)
class ChannelCreated(Event):
    signature = "ChannelCreated"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("config", "(address,address,address,address,address,uint40,bytes32)"),
    )

    channelId: bytes
    config: tuple[Address, Address, Address, Address, Address, int, bytes]


@dataclass(frozen=True, slots=True)
class Claimed(Event):
    signature = "Claimed"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("sender", "address", indexed=True),
        Parameter("claimAmount", "uint128"),
        Parameter("newTotalClaimed", "uint128"),
    )

    channelId: bytes
    sender: Address
    claimAmount: int
    newTotalClaimed: int


@dataclass(frozen=True, slots=True)
class Deposited(Event):
    signature = "Deposited"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("sender", "address", indexed=True),
        Parameter("amount", "uint128"),
        Parameter("newBalance", "uint128"),
    )

    channelId: bytes
    sender: Address
    amount: int
    newBalance: int


@dataclass(frozen=True, slots=True)
class Refunded(Event):
    signature = "Refunded"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("sender", "address", indexed=True),
        Parameter("amount", "uint128"),
    )

    channelId: bytes
    sender: Address
    amount: int


@dataclass(frozen=True, slots=True)
class Settled(Event):
    signature = "Settled"
    parameters = (
        Parameter("receiver", "address", indexed=True),
        Parameter("token", "address", indexed=True),
        Parameter("sender", "address", indexed=True),
        Parameter("amount", "uint128"),
    )

    receiver: Address
    token: Address
    sender: Address
    amount: int


@dataclass(frozen=True, slots=True)
class WithdrawFinalized(Event):
    signature = "WithdrawFinalized"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("sender", "address", indexed=True),
        Parameter("amount", "uint128"),
    )

    channelId: bytes
    sender: Address
    amount: int


@dataclass(frozen=True, slots=True)
class WithdrawInitiated(Event):
    signature = "WithdrawInitiated"
    parameters = (
        Parameter("channelId", "bytes32", indexed=True),
        Parameter("amount", "uint128"),
        Parameter("finalizeAfter", "uint40"),
    )

    channelId: bytes
    amount: int
    finalizeAfter: int
