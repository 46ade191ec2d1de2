"""`TEERegistry`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract, Event, Parameter
from assay.engines.chain.library import Address


class OhttpConfig(NamedTuple):
    keyId: int
    kemId: int
    kdfId: int
    aeadId: int
    publicKey: bytes
    keyConfig: bytes
    registeredAt: int


class TEE(NamedTuple):
    owner: Address
    paymentAddress: Address
    endpoint: str
    publicKey: bytes
    tlsCertificate: bytes
    pcrHash: bytes
    teeType: int
    enabled: bool
    registeredAt: int
    lastHeartbeatAt: int
    ohttpConfig: OhttpConfig


class Identity(NamedTuple):
    publicKey: bytes
    pcrHash: bytes
    teeType: int


class OhttpKeys(NamedTuple):
    keyId: int
    kemId: int
    kdfId: int
    aeadId: int
    publicKey: bytes
    keyConfig: bytes


class Service(NamedTuple):
    paymentAddress: Address
    endpoint: str
    tlsCertificate: bytes
    ohttp: OhttpKeys


class Standing(NamedTuple):
    operator: Address
    stake: int
    enabledFrom: int
    enabledUntil: int
    withdrawableFrom: int


class TEERegistry(Contract):
    artifact = "TEERegistry"

    @classmethod
    def initcode(cls, owner: Address, token: Address, minimum_stake: int, epoch: int) -> bytes:
        return cls._initcode(
            ("address", "address", "uint256", "uint256"),
            (owner, token, minimum_stake, epoch),
        )

    def ANNOUNCED_FOR(self) -> Call[int]:
        return self._call("ANNOUNCED_FOR", (), (), ("uint256",))

    def DOMAIN_SEPARATOR(self) -> Call[bytes]:
        return self._call("DOMAIN_SEPARATOR", (), (), ("bytes32",))

    def HEARTBEAT_TYPEHASH(self) -> Call[bytes]:
        return self._call("HEARTBEAT_TYPEHASH", (), (), ("bytes32",))

    def LIVENESS(self) -> Call[int]:
        return self._call("LIVENESS", (), (), ("uint256",))

    def MAX_AHEAD(self) -> Call[int]:
        return self._call("MAX_AHEAD", (), (), ("uint256",))

    def MAX_EPOCH(self) -> Call[int]:
        return self._call("MAX_EPOCH", (), (), ("uint256",))

    def MIN_EPOCH(self) -> Call[int]:
        return self._call("MIN_EPOCH", (), (), ("uint256",))

    def TOKEN(self) -> Call[Address]:
        return self._call("TOKEN", (), (), ("address",))

    def WITHDRAWAL_DELAY(self) -> Call[int]:
        return self._call("WITHDRAWAL_DELAY", (), (), ("uint256",))

    def acceptOwnership(self) -> Call[None]:
        return self._call("acceptOwnership", (), ())

    def announce(self, commitment: bytes) -> Call[None]:
        return self._call("announce", ("bytes32",), (commitment,))

    def announced_at(self, arg0: bytes) -> Call[int]:
        return self._call("announced_at", ("bytes32",), (arg0,), ("uint256",))

    def eip712Domain(self) -> Call[tuple[bytes, str, str, int, Address, bytes, tuple[int, ...]]]:
        return self._call(
            "eip712Domain",
            (),
            (),
            ("bytes1", "string", "string", "uint256", "address", "bytes32", "uint256[]"),
        )

    def enable(self, teeId: bytes) -> Call[None]:
        return self._call("enable", ("bytes32",), (teeId,))

    def epoch(self) -> Call[int]:
        return self._call("epoch", (), (), ("uint256",))

    def getActiveTEEs(self, teeType: int) -> Call[tuple[TEE, ...]]:
        return self._call(
            "getActiveTEEs",
            ("uint8",),
            (teeType,),
            (
                "(address,address,string,bytes,bytes,bytes32,uint8,bool,uint256,uint256,(uint8,uint16,uint16,uint16,bytes,bytes,uint256))[]",
            ),
            tuple[TEE, ...],
        )

    def getEnabledTEEs(self, teeType: int) -> Call[tuple[bytes, ...]]:
        return self._call("getEnabledTEEs", ("uint8",), (teeType,), ("bytes32[]",))

    def getTEE(self, teeId: bytes) -> Call[TEE]:
        return self._call(
            "getTEE",
            ("bytes32",),
            (teeId,),
            (
                "(address,address,string,bytes,bytes,bytes32,uint8,bool,uint256,uint256,(uint8,uint16,uint16,uint16,bytes,bytes,uint256))",
            ),
            TEE,
        )

    def getTEEsByType(self, teeType: int) -> Call[tuple[bytes, ...]]:
        return self._call("getTEEsByType", ("uint8",), (teeType,), ("bytes32[]",))

    def heartbeat(self, teeId: bytes, timestamp: int, signature: bytes) -> Call[None]:
        return self._call("heartbeat", ("bytes32", "uint256", "bytes"), (teeId, timestamp, signature))

    def isTEEActive(self, teeId: bytes) -> Call[bool]:
        return self._call("isTEEActive", ("bytes32",), (teeId,), ("bool",))

    def isTEEEnabled(self, teeId: bytes) -> Call[bool]:
        return self._call("isTEEEnabled", ("bytes32",), (teeId,), ("bool",))

    def minimum_stake(self) -> Call[int]:
        return self._call("minimum_stake", (), (), ("uint256",))

    def owner(self) -> Call[Address]:
        return self._call("owner", (), (), ("address",))

    def pendingOwner(self) -> Call[Address]:
        return self._call("pendingOwner", (), (), ("address",))

    def register(
        self,
        identity: tuple[bytes, bytes, int],
        operator: Address,
        service: tuple[Address, str, bytes, tuple[int, int, int, int, bytes, bytes]],
        stake: int,
    ) -> Call[bytes]:
        return self._call(
            "register",
            (
                "(bytes,bytes32,uint8)",
                "address",
                "(address,string,bytes,(uint8,uint16,uint16,uint16,bytes,bytes))",
                "uint256",
            ),
            (identity, operator, service, stake),
            ("bytes32",),
        )

    def registration(self, arg0: int, arg1: int) -> Call[bytes]:
        return self._call("registration", ("uint8", "uint256"), (arg0, arg1), ("bytes32",))

    def registrations(self, arg0: int) -> Call[int]:
        return self._call("registrations", ("uint8",), (arg0,), ("uint256",))

    def retire(self, teeId: bytes) -> Call[None]:
        return self._call("retire", ("bytes32",), (teeId,))

    def set_epoch(self, epoch: int) -> Call[None]:
        return self._call("set_epoch", ("uint256",), (epoch,))

    def set_minimum_stake(self, minimum: int) -> Call[None]:
        return self._call("set_minimum_stake", ("uint256",), (minimum,))

    def stake(self, teeId: bytes, amount: int) -> Call[None]:
        return self._call("stake", ("bytes32", "uint256"), (teeId, amount))

    def stake_of(self, arg0: bytes) -> Call[int]:
        return self._call("stake_of", ("bytes32",), (arg0,), ("uint256",))

    def standing(self, teeId: bytes) -> Call[Standing]:
        return self._call(
            "standing",
            ("bytes32",),
            (teeId,),
            ("(address,uint256,uint256,uint256,uint256)",),
            Standing,
        )

    def transferOwnership(self, newOwner: Address) -> Call[None]:
        return self._call("transferOwnership", ("address",), (newOwner,))

    def update(
        self,
        teeId: bytes,
        operator: Address,
        service: tuple[Address, str, bytes, tuple[int, int, int, int, bytes, bytes]],
    ) -> Call[None]:
        return self._call(
            "update",
            ("bytes32", "address", "(address,string,bytes,(uint8,uint16,uint16,uint16,bytes,bytes))"),
            (teeId, operator, service),
        )

    def wasEnabledAt(self, teeId: bytes, timestamp: int) -> Call[bool]:
        return self._call("wasEnabledAt", ("bytes32", "uint256"), (teeId, timestamp), ("bool",))

    def withdraw(self, teeId: bytes) -> Call[None]:
        return self._call("withdraw", ("bytes32",), (teeId,))


@dataclass(frozen=True, slots=True)
class Displaced(Event):
    signature = "Displaced"
    parameters = (
        Parameter("id", "bytes32", indexed=True),
        Parameter("by", "bytes32", indexed=True),
    )

    id: bytes
    by: bytes


@dataclass(frozen=True, slots=True)
class Enabled(Event):
    signature = "Enabled"
    parameters = (
        Parameter("teeId", "bytes32", indexed=True),
        Parameter("until", "uint256"),
    )

    teeId: bytes
    until: int


@dataclass(frozen=True, slots=True)
class EpochSet(Event):
    signature = "EpochSet"
    parameters = (Parameter("epoch", "uint256"),)

    epoch: int


@dataclass(frozen=True, slots=True)
class Heartbeat(Event):
    signature = "Heartbeat"
    parameters = (
        Parameter("teeId", "bytes32", indexed=True),
        Parameter("timestamp", "uint256"),
        Parameter("until", "uint256"),
    )

    teeId: bytes
    timestamp: int
    until: int


@dataclass(frozen=True, slots=True)
class MinimumStakeSet(Event):
    signature = "MinimumStakeSet"
    parameters = (Parameter("minimum", "uint256"),)

    minimum: int


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
class Registered(Event):
    signature = "Registered"
    parameters = (
        Parameter("teeId", "bytes32", indexed=True),
        Parameter("owner", "address", indexed=True),
        Parameter("teeType", "uint8", indexed=True),
    )

    teeId: bytes
    owner: Address
    teeType: int


@dataclass(frozen=True, slots=True)
class Retired(Event):
    signature = "Retired"
    parameters = (Parameter("teeId", "bytes32", indexed=True),)

    teeId: bytes


@dataclass(frozen=True, slots=True)
class Staked(Event):
    signature = "Staked"
    parameters = (
        Parameter("id", "bytes32", indexed=True),
        Parameter("sender", "address", indexed=True),
        Parameter("amount", "uint256"),
    )

    id: bytes
    sender: Address
    amount: int


@dataclass(frozen=True, slots=True)
class Updated(Event):
    signature = "Updated"
    parameters = (
        Parameter("teeId", "bytes32", indexed=True),
        Parameter("operator", "address", indexed=True),
        Parameter("paymentAddress", "address", indexed=True),
    )

    teeId: bytes
    operator: Address
    paymentAddress: Address


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    signature = "Withdrawn"
    parameters = (
        Parameter("id", "bytes32", indexed=True),
        Parameter("receiver", "address", indexed=True),
        Parameter("amount", "uint256"),
    )

    id: bytes
    receiver: Address
    amount: int
