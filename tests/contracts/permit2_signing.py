"""What an owner signs for Permit2: typed data as wallets and x402 clients make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import boa
from eth_account.signers.local import LocalAccount
from tests.contracts.signing import Fields, Signature, sign

PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3"
EXACT_PROXY = "0x402085c248EeA27D92E8b30b2C58ed07f9E20001"
UPTO_PROXY = "0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002"

_TOKEN_PERMISSIONS: Fields = {"token": "address", "amount": "uint256"}
_REST: Fields = {"spender": "address", "nonce": "uint256", "deadline": "uint256"}

EXACT_WITNESS: Fields = {"to": "address", "validAfter": "uint256"}
UPTO_WITNESS: Fields = {"to": "address", "facilitator": "address", "validAfter": "uint256"}


@dataclass(frozen=True, slots=True)
class Permit:
    """What is permitted to whom: one token and amount, or a batch of them."""

    tokens: Sequence[tuple[str, int]]
    spender: str
    nonce: int
    deadline: int
    batch: bool = False

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The struct that a call takes: without the spender, who is the caller."""
        return (list(self.tokens) if self.batch else self.tokens[0]), self.nonce, self.deadline

    def but(self, **changed: Any) -> Permit:
        return replace(self, **changed)

    def sign(self, owner: LocalAccount, **changed: Any) -> Signature:
        """Signed alone, for a domain with ``changed`` fields."""
        name = "PermitBatchTransferFrom" if self.batch else "PermitTransferFrom"
        return sign(owner, domain(**changed), self._types(name), **self._message)

    def sign_with(
        self,
        owner: LocalAccount,
        fields: Fields,
        witness: dict[str, Any],
        named: str = "Witness",
        **changed: Any,
    ) -> Signature:
        """Signed together with a witness, whose type is ``named`` so."""
        name = "PermitBatchWitnessTransferFrom" if self.batch else "PermitWitnessTransferFrom"
        types = self._types(name, witness=named) | {named: fields}
        return sign(owner, domain(**changed), types, **self._message, witness=witness)

    def _types(self, name: str, **more: str) -> dict[str, Fields]:
        permitted = {"permitted": "TokenPermissions[]" if self.batch else "TokenPermissions"}
        return {name: permitted | _REST | more, "TokenPermissions": _TOKEN_PERMISSIONS}

    @property
    def _message(self) -> dict[str, Any]:
        permitted = [{"token": token, "amount": amount} for token, amount in self.tokens]
        return {
            "permitted": permitted if self.batch else permitted[0],
            "spender": self.spender,
            "nonce": self.nonce,
            "deadline": self.deadline,
        }


def domain(**changed: Any) -> dict[str, Any]:
    """Permit2's domain, which has no version."""
    known = {"name": "Permit2", "chainId": boa.env.evm.patch.chain_id, "verifyingContract": PERMIT2}
    return known | changed
