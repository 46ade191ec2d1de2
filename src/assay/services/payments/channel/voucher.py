"""A voucher: the payer's word that so much of a channel is the receiver's, in all, from its first call on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.engines.chain.library import Address, keccak
from assay.engines.chain.signature import is_signed_by
from assay.engines.chain.typed_data import Domain
from assay.engines.chain.wire import to_data
from assay.services.payments.x402.fields import data, nonce, number, reading

_TYPE_HASH = keccak(text="Voucher(bytes32 channelId,uint128 maxClaimableAmount)")
_MOST = 2**128 - 1


@dataclass(frozen=True, slots=True)
class Voucher:
    """Signed for one channel. A later one is for more, and stands for all before it."""

    channel: bytes
    """Id of the channel."""
    maximum: int
    """What can be claimed of it in all, in the token's smallest units."""
    signature: bytes

    def is_signed_by(self, signer: Address, domain: Domain) -> bool:
        """Whether ``signer``'s key signed it. Contracts that sign are to be asked themselves (ERC-1271)."""
        return is_signed_by(signer, digest(domain, self.channel, self.maximum), self.signature)

    def to_json(self) -> dict[str, Any]:
        """As it travels in a payment."""
        return {
            "channelId": to_data(self.channel),
            "maxClaimableAmount": str(self.maximum),
            "signature": to_data(self.signature),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Voucher:
        """Raises `PaymentMalformed`."""
        with reading():
            maximum = number(value["maxClaimableAmount"])
            if maximum > _MOST:
                raise ValueError(maximum)
            return cls(nonce(value["channelId"]), maximum, data(value["signature"]))


def digest(domain: Domain, channel: bytes, maximum: int) -> bytes:
    """What is signed."""
    # Two words need no encoder: this is checked once a call, and the encoder takes as long as the curve.
    return domain.digest(keccak(_TYPE_HASH + channel + maximum.to_bytes(32)))


def use_key(channel: bytes, maximum: int, attempt: int) -> bytes:
    """Names one use of a voucher, 32 bytes. ``attempt``: how many calls with a voucher for as much came to nothing."""
    return keccak(channel + maximum.to_bytes(32) + attempt.to_bytes(32))
