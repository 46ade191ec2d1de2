"""What a payment has to say to be one for this node."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.library import Address, keccak
from assay.engines.chain.typed_data import Domain

TIMEOUT_S = 3600
"""How long a payment is asked to be good for: a long stream, and a batch that waits for a busy chain."""
COLLECTION_S = 600
"""How long a payment still has to be good for when its call begins."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Chain, token and parties."""

    chain_id: int
    token: Address
    payee: Address
    """Who gets the money."""
    facilitator: Address
    """The `Facilitator` contract, which alone may say what an ``upto`` payment comes to."""
    name: str = "OPG"
    """The token's, under which its holders sign."""
    version: str = "1"
    collection: int = COLLECTION_S
    """Seconds for which a payment has to be good beyond the moment at which it is looked at."""

    @property
    def network(self) -> str:
        """CAIP-2."""
        return f"eip155:{self.chain_id}"

    @property
    def asset(self) -> str:
        """CAIP-19."""
        return f"{self.network}/erc20:{self.token}"

    def is_collectable(self, deadline: int, now: int) -> bool:
        """Whether a payment stays good for long enough. Both in unix seconds."""
        return deadline >= now + self.collection

    def source(self, payer: Address) -> str:
        """Whose money it is: all that one payer has of the token stands behind all their payments."""
        return f"{self.asset}/{payer}"

    def key(self, contract: Address, payer: Address, nonce: bytes) -> bytes:
        """Names a payment: ``keccak256(chain id || contract || payer || nonce)``. The contract keeps the nonces."""
        chain_id = self.chain_id.to_bytes(32)
        return keccak(chain_id + bytes.fromhex(contract[2:]) + bytes.fromhex(payer[2:]) + nonce)

    @property
    def token_domain(self) -> Domain:
        """What payers sign under by EIP-3009."""
        return Domain(self.name, self.chain_id, self.token, self.version)

    @property
    def permit2_domain(self) -> Domain:
        """What payers sign under by Permit2."""
        return Domain("Permit2", self.chain_id, PERMIT2)
