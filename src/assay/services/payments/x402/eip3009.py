"""Transfers by EIP-3009 as x402 has payers sign them: ``TransferWithAuthorization``, to the token itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.contract import Call
from assay.engines.chain.library import Address
from assay.engines.chain.signature import is_low, recover
from assay.engines.chain.typed_data import hash_struct
from assay.engines.chain.wire import to_data
from assay.services.payments.x402.errors import NonceUsed
from assay.services.payments.x402.fields import address, data, nonce, number, reading
from assay.services.payments.x402.holdings import Holding, Holdings
from assay.services.payments.x402.market import refuse_unless
from assay.services.payments.x402.terms import Terms

METHOD: Final = "eip3009"
"""x402's ``assetTransferMethod``."""
_MEMBER: Final = "authorization"
_TYPE: Final = (
    "TransferWithAuthorization(address from,address to,uint256 value,"
    "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
_MEMBERS: Final = ("address", "address", "uint256", "uint256", "uint256", "bytes32")


@dataclass(frozen=True, slots=True)
class AuthorizedTransfer:
    """One transfer, as its payer has signed it."""

    payer: Address
    payee: Address
    amount: int
    valid_after: int
    valid_before: int
    nonce: bytes
    signature: bytes

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> AuthorizedTransfer:
        """Raises `PaymentMalformed`."""
        with reading():
            signed = payload[_MEMBER]
            return cls(
                payer=address(signed["from"]),
                payee=address(signed["to"]),
                amount=number(signed["value"]),
                valid_after=number(signed["validAfter"]),
                valid_before=number(signed["validBefore"]),
                nonce=nonce(signed["nonce"]),
                signature=data(payload["signature"]),
            )

    def to_json(self) -> dict[str, Any]:
        """The inverse of `read`."""
        signed = {
            "from": self.payer,
            "to": self.payee,
            "value": str(self.amount),
            "validAfter": str(self.valid_after),
            "validBefore": str(self.valid_before),
            "nonce": to_data(self.nonce),
        }
        return {_MEMBER: signed, "signature": to_data(self.signature)}

    def digest(self, terms: Terms) -> bytes:
        """What was signed, for the terms' token."""
        values = (self.payer, self.payee, self.amount, self.valid_after, self.valid_before, self.nonce)
        return terms.token_domain.digest(hash_struct(_TYPE, _MEMBERS, values))

    def check(self, terms: Terms, now: int) -> None:
        """Whether it is for this node, and now. Raises `PaymentInvalid`."""
        refuse_unless(
            self.payee == terms.payee,
            "invalid_exact_evm_payload_recipient_mismatch",
            f"The payment is for somebody else than {terms.payee}.",
        )
        refuse_unless(
            terms.is_collectable(self.valid_before, now),
            "invalid_exact_evm_payload_authorization_valid_before",
            "The payment's time has passed (`validBefore`), or ends before the money could be collected.",
        )
        refuse_unless(
            self.valid_after < now,
            "invalid_exact_evm_payload_authorization_valid_after",
            "The payment is of the future (`validAfter`).",
        )

    async def check_on_chain(self, terms: Terms, holdings: Holdings) -> Holding:
        """Whether its payer has signed it and its nonce is unused; what the payer has.

        Raises `NonceUsed` if all but that is right, `PaymentInvalid` or `PaymentsUnavailable`.
        """
        holding, is_used = await asyncio.gather(holdings.of(self.payer), self.is_used(terms, holdings))
        await self._check_signature(terms, holding, holdings)
        if is_used:
            raise NonceUsed(
                "invalid_exact_evm_nonce_already_used",
                "The payment's nonce is used on the chain, or cancelled.",
            )
        return holding

    async def _check_signature(self, terms: Terms, holding: Holding, holdings: Holdings) -> None:
        """Whether the token will take the signature for the payer's: by its key first, then by its own word (ERC-1271).

        Raises `PaymentInvalid` or `PaymentsUnavailable`.
        """
        digest = self.digest(terms)
        by_key = len(self.signature) == 65 and is_low(self.signature)
        if by_key and recover(digest, self.signature) == self.payer:
            return
        refuse_unless(
            bool(holding.code) and await holdings.is_taken_by(self.payer, digest, self.signature),
            "invalid_exact_evm_payload_signature",
            "The payment is not signed by its payer.",
        )

    async def is_used(self, terms: Terms, holdings: Holdings) -> bool:
        """Whether the token has the nonce as used, or cancelled. Raises `PaymentsUnavailable`."""
        return await holdings.read(OPG(terms.token).authorizationState(self.payer, self.nonce))

    def key(self, terms: Terms) -> bytes:
        """Names it."""
        return terms.key(terms.token, self.payer, self.nonce)

    def exact(self, terms: Terms) -> Call[None]:
        """Makes it, whoever calls."""
        return OPG(terms.token).transferWithAuthorization(
            self.payer,
            self.payee,
            self.amount,
            self.valid_after,
            self.valid_before,
            self.nonce,
            self.signature,
        )


def is_authorization(payload: Mapping[str, Any]) -> bool:
    """Whether a payload has the member that a transfer by EIP-3009 has."""
    return _MEMBER in payload
