"""Who pays whom over a channel, and by whose word: what its id is the hash of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeAlias

from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.typed_data import Domain, hash_struct
from assay.engines.chain.wire import to_data
from assay.services.payments.x402.fields import address, nonce, reading

NOBODY: Address = to_checksum_address("0x" + "00" * 20)

Words: TypeAlias = tuple[Address, Address, Address, Address, Address, int, bytes]
"""A `ChannelConfig` as the contract takes it."""

_TYPE = (
    "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,"
    "address token,uint40 withdrawDelay,bytes32 salt)"
)
_MEMBERS = ("address", "address", "address", "address", "address", "uint40", "bytes32")


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """What never changes about a channel."""

    payer: Address
    payer_authorizer: Address
    """Whose signature vouchers carry; `NOBODY` means the payer's own, which may be a contract's (ERC-1271)."""
    receiver: Address
    receiver_authorizer: Address
    """Who says for the receiver what is claimed and given back."""
    token: Address
    withdraw_delay: int
    """Seconds between the payer's wish to withdraw and the withdrawal, in which the receiver can still claim."""
    salt: bytes

    def id(self, chain_id: int) -> bytes:
        """The channel's name on a chain, 32 bytes."""
        return _id(self, chain_id)

    @property
    def signer(self) -> Address:
        """Who signs vouchers."""
        return self.payer if self.payer_authorizer == NOBODY else self.payer_authorizer

    def words(self) -> Words:
        """As the contract takes it."""
        return (
            self.payer,
            self.payer_authorizer,
            self.receiver,
            self.receiver_authorizer,
            self.token,
            self.withdraw_delay,
            self.salt,
        )

    def to_json(self) -> dict[str, Any]:
        """As it travels in a payment."""
        return {
            "payer": self.payer,
            "payerAuthorizer": self.payer_authorizer,
            "receiver": self.receiver,
            "receiverAuthorizer": self.receiver_authorizer,
            "token": self.token,
            "withdrawDelay": self.withdraw_delay,
            "salt": to_data(self.salt),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ChannelConfig:
        """Raises `PaymentMalformed`."""
        with reading():
            delay = value["withdrawDelay"]
            if type(delay) is not int or not 0 <= delay < 2**40:
                raise ValueError(delay)
            return cls(
                payer=address(value["payer"]),
                payer_authorizer=address(value["payerAuthorizer"]),
                receiver=address(value["receiver"]),
                receiver_authorizer=address(value["receiverAuthorizer"]),
                token=address(value["token"]),
                withdraw_delay=delay,
                salt=nonce(value["salt"]),
            )


@lru_cache(maxsize=10_000)
def _id(config: ChannelConfig, chain_id: int) -> bytes:
    # A channel comes with each of its vouchers, and takes longer to hash than they do to check.
    return domain(chain_id).digest(hash_struct(_TYPE, _MEMBERS, config.words()))


@cache
def domain(chain_id: int) -> Domain:
    """The domain of everything that is signed about channels of a chain."""
    return Domain("x402 Batch Settlement", chain_id, X402_BATCH_SETTLEMENT, "1")
