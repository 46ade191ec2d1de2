"""A registry of enclaves, and what their owners do with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

import boa
from boa.util.abi import abi_encode
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from tests.contracts.conftest import person
from tests.contracts.deploying import deploy
from tests.contracts.signing import Fields, Signature, domain, sign

MINIMUM = 100
EPOCH = 86_400
LIVENESS = 1800
MAX_AHEAD = 60
ANNOUNCED_FOR = 12
WITHDRAWAL_DELAY = 7 * 86_400
SEATS = 64
HEARTBEAT: dict[str, Fields] = {"Heartbeat": {"teeId": "bytes32", "timestamp": "uint256"}}

Service = tuple[str, str, bytes, tuple[int, int, int, int, bytes, bytes]]
OHTTP = (1, 0x20, 1, 3, b"\x11" * 32, b"\x22" * 41)
NO_OHTTP = (0, 0, 0, 0, b"", b"")


@dataclass(frozen=True, slots=True)
class Enclave:
    """What is registered of one: by default, of a size that one usually has."""

    public_key: bytes
    pcr_hash: bytes = b"\x01" * 32
    tee_type: int = 0
    endpoint: str = "https://enclave.example:8443"
    certificate: bytes = b"\x30" * 500
    ohttp: tuple[int, int, int, int, bytes, bytes] = OHTTP
    payment_address: str = field(default_factory=lambda: person("payee").address)

    @classmethod
    def named(cls, name: str, **changed: Any) -> Self:
        """One whose key follows from its name, and is as long as one of RSA with 2048 bits."""
        return cls(name.encode().ljust(294, b"\0"), **changed)

    @property
    def id(self) -> bytes:
        return keccak(self.public_key)

    @property
    def identity(self) -> tuple[bytes, bytes, int]:
        return self.public_key, self.pcr_hash, self.tee_type

    @property
    def service(self) -> Service:
        return self.payment_address, self.endpoint, self.certificate, self.ohttp


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry of Alice's, who has all the OPG."""

    contract: Any
    opg: Any

    @classmethod
    def open(cls, owner: str) -> Self:
        opg = deploy("OPG", owner)
        return cls(deploy("TEERegistry", owner, opg.address, MINIMUM, EPOCH), opg)

    def announce(self, owner: LocalAccount, enclave: Enclave) -> None:
        commitment = keccak(abi_encode("(address,bytes32)", (owner.address, enclave.id)))
        self.contract.announce(commitment, sender=owner.address)

    def fund(self, owner: LocalAccount, amount: int) -> None:
        """``owner`` has so much more, and the registry may take it."""
        holder = self.contract.owner()
        self.opg.transfer(owner.address, amount, sender=holder)
        self.opg.approve(self.contract.address, 2**256 - 1, sender=owner.address)

    def prepare(self, owner: LocalAccount, enclave: Enclave, stake: int = MINIMUM) -> None:
        """All that goes before a registration."""
        self.fund(owner, stake)
        self.announce(owner, enclave)
        boa.env.time_travel(seconds=ANNOUNCED_FOR)

    def enter(
        self,
        owner: LocalAccount,
        enclave: Enclave,
        *,
        operator: LocalAccount | None = None,
        stake: int = MINIMUM,
    ) -> bytes:
        """The registration alone; by default the owner operates the enclave too."""
        operator = operator or owner
        return self.contract.register(
            enclave.identity, operator.address, enclave.service, stake, sender=owner.address
        )

    def register(
        self,
        owner: LocalAccount,
        enclave: Enclave,
        *,
        operator: LocalAccount | None = None,
        stake: int = MINIMUM,
    ) -> bytes:
        self.prepare(owner, enclave, stake)
        return self.enter(owner, enclave, operator=operator, stake=stake)

    def signed(self, operator: LocalAccount, enclave: Enclave, timestamp: int, **changed: Any) -> Signature:
        """A heartbeat's signature. ``changed``: of its domain."""
        where = domain(self.contract, **{"name": "TEERegistry", **changed})
        return sign(operator, where, HEARTBEAT, teeId=enclave.id, timestamp=timestamp)

    def beat(self, operator: LocalAccount, enclave: Enclave, timestamp: int) -> None:
        signature = self.signed(operator, enclave, timestamp)
        self.contract.heartbeat(enclave.id, timestamp, signature.packed)
