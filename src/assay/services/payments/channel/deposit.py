"""A deposit that comes with a voucher: the payer's word (EIP-3009) that the channel's contract may take so much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.engines.chain import abi
from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT, X402_ERC3009_COLLECTOR
from assay.engines.chain.contract import Call
from assay.services.payments.channel.config import ChannelConfig
from assay.services.payments.x402.fields import data, number, reading

_MOST: Final = 2**128 - 1


@dataclass(frozen=True, slots=True)
class Deposit:
    """What is paid in, and the payer's signature for it."""

    amount: int
    valid_after: int
    valid_before: int
    salt: int
    signature: bytes

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Deposit:
        """Raises `PaymentMalformed`."""
        with reading():
            signed = payload["deposit"]["authorization"]["erc3009Authorization"]
            amount = number(payload["deposit"]["amount"])
            if amount > _MOST:
                raise ValueError(amount)
            return cls(
                amount=amount,
                valid_after=number(signed["validAfter"]),
                valid_before=number(signed["validBefore"]),
                salt=int.from_bytes(data(signed["salt"])),
                signature=data(signed["signature"]),
            )

    def call(self, config: ChannelConfig) -> Call[None]:
        """Pays it in, whoever calls."""
        collected = abi.encode(
            ("uint256", "uint256", "uint256", "bytes"),
            (self.valid_after, self.valid_before, self.salt, self.signature),
        )
        return BatchSettlement(X402_BATCH_SETTLEMENT).deposit(
            config.words(), self.amount, X402_ERC3009_COLLECTOR, collected
        )
