"""Transfers by Permit2 as x402 has payers sign them: ``PermitWitnessTransferFrom``, with the payee as its witness."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.engines.chain.bindings.permit2 import Permit2
from assay.engines.chain.bindings.x402_exact_permit2_proxy import X402ExactPermit2Proxy
from assay.engines.chain.bindings.x402_upto_permit2_proxy import X402UptoPermit2Proxy
from assay.engines.chain.canonical import PERMIT2, X402_EXACT_PROXY, X402_UPTO_PROXY
from assay.engines.chain.contract import Call
from assay.engines.chain.library import Address
from assay.engines.chain.signature import recover
from assay.engines.chain.typed_data import hash_struct
from assay.engines.chain.wire import to_data
from assay.services.payments.x402.errors import NonceUsed, PaymentInvalid
from assay.services.payments.x402.fields import address, data, number, reading
from assay.services.payments.x402.holdings import Holding, Holdings
from assay.services.payments.x402.market import refuse_unless
from assay.services.payments.x402.terms import Terms

METHOD: Final = "permit2"
"""x402's ``assetTransferMethod``."""
_MEMBER: Final = "permit2Authorization"
_TOKEN: Final = "TokenPermissions(address token,uint256 amount)"  # noqa: S105 - a type
_PERMIT: Final = (
    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,"
    "Witness witness)" + _TOKEN
)
_ANOTHER_WAY: Final = (
    "pay by `exact` over EIP-3009, where the key counts, or delegate to a wallet with `isValidSignature`"
)
_PERMIT_MEMBERS: Final = ("bytes32", "address", "uint256", "uint256", "bytes32")


@dataclass(frozen=True, slots=True)
class PermitTransfer:
    """One transfer, as its payer has signed it."""

    payer: Address
    token: Address
    amount: int
    spender: Address
    """Which contract may have it moved: one of x402's proxies."""
    nonce: int
    deadline: int
    payee: Address
    valid_after: int
    facilitator: Address | None
    """Who says how much of the amount is moved; nobody, where it is all."""
    signature: bytes

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> PermitTransfer:
        """Raises `PaymentMalformed`."""
        with reading():
            signed = payload[_MEMBER]
            permitted, witness = signed["permitted"], signed["witness"]
            facilitator = witness.get("facilitator")
            return cls(
                payer=address(signed["from"]),
                token=address(permitted["token"]),
                amount=number(permitted["amount"]),
                spender=address(signed["spender"]),
                nonce=number(signed["nonce"]),
                deadline=number(signed["deadline"]),
                payee=address(witness["to"]),
                valid_after=number(witness["validAfter"]),
                facilitator=None if facilitator is None else address(facilitator),
                signature=data(payload["signature"]),
            )

    def to_json(self) -> dict[str, Any]:
        """The inverse of `read`."""
        witness: dict[str, str] = {"to": self.payee, "validAfter": str(self.valid_after)}
        if self.facilitator is not None:
            witness["facilitator"] = self.facilitator
        signed = {
            "from": self.payer,
            "permitted": {"token": self.token, "amount": str(self.amount)},
            "spender": self.spender,
            "nonce": str(self.nonce),
            "deadline": str(self.deadline),
            "witness": witness,
        }
        return {_MEMBER: signed, "signature": to_data(self.signature)}

    def digest(self, terms: Terms) -> bytes:
        """What was signed, for Permit2 on the terms' chain."""
        return terms.permit2_domain.digest(
            hash_struct(
                _PERMIT + self._witness_type,
                _PERMIT_MEMBERS,
                (
                    hash_struct(_TOKEN, ("address", "uint256"), (self.token, self.amount)),
                    self.spender,
                    self.nonce,
                    self.deadline,
                    self._witness,
                ),
            )
        )

    def check(self, terms: Terms, spender: Address, now: int) -> None:
        """Whether it is for this node, and now. ``spender``: the proxy of its scheme. Raises `PaymentInvalid`."""
        refuse_unless(
            self.spender == spender, "invalid_permit2_spender", f"The spender has to be x402's {spender}."
        )
        refuse_unless(
            self.payee == terms.payee,
            "invalid_permit2_recipient_mismatch",
            f"The payment is for somebody else than {terms.payee}.",
        )
        refuse_unless(
            self.token == terms.token, "permit2_token_mismatch", f"The payment is not in {terms.token}."
        )
        refuse_unless(
            terms.is_collectable(self.deadline, now),
            "permit2_deadline_expired",
            "The payment's deadline has passed, or comes before the money could be collected.",
        )
        refuse_unless(
            self.valid_after <= now, "permit2_not_yet_valid", "The payment is of the future (`validAfter`)."
        )

    async def check_on_chain(self, terms: Terms, holdings: Holdings) -> Holding:
        """Whether its payer has signed it and its nonce is unused; what the payer has.

        Raises `NonceUsed` if all but that is right, `PaymentInvalid` or `PaymentsUnavailable`.
        """
        holding, is_used = await asyncio.gather(holdings.of(self.payer), self.is_used(holdings))
        await self._check_signature(terms, holding, holdings)
        if is_used:
            raise NonceUsed("permit2_invalid_nonce", "The payment's nonce is used on the chain.")
        return holding

    async def _check_signature(self, terms: Terms, holding: Holding, holdings: Holdings) -> None:
        """Whether Permit2 will take the signature for the payer's.

        It asks an account that has code, delegated ones too, and nobody else there (ERC-1271); of any other account it
        recovers the key. Raises `PaymentInvalid` or `PaymentsUnavailable`.
        """
        digest = self.digest(terms)
        if not holding.code:
            refuse_unless(
                recover(digest, self.signature) == self.payer,
                "invalid_permit2_signature",
                "The payment is not signed by its payer.",
            )
        elif not await holdings.is_taken_by(self.payer, digest, self.signature):
            raise PaymentInvalid("invalid_permit2_signature", _why_not(holding), hint=_ANOTHER_WAY)

    async def is_used(self, holdings: Holdings) -> bool:
        """Whether Permit2 has the nonce as used, or cancelled. Raises `PaymentsUnavailable`."""
        word = await holdings.read(Permit2(PERMIT2).nonceBitmap(self.payer, self.nonce >> 8))
        return bool(word >> (self.nonce & 0xFF) & 1)

    def key(self, terms: Terms) -> bytes:
        """Names it."""
        return terms.key(PERMIT2, self.payer, self.nonce.to_bytes(32))

    def exact(self) -> Call[None]:
        """Moves all of the amount, whoever calls."""
        witness = self.payee, self.valid_after
        proxy = X402ExactPermit2Proxy(X402_EXACT_PROXY)
        return proxy.settle(self._permit, self.payer, witness, self.signature)

    def upto(self, amount: int) -> Call[None]:
        """Moves so much of it, if the facilitator calls that it names."""
        assert self.facilitator is not None
        witness = self.payee, self.facilitator, self.valid_after
        proxy = X402UptoPermit2Proxy(X402_UPTO_PROXY)
        return proxy.settle(self._permit, amount, self.payer, witness, self.signature)

    @property
    def _permit(self) -> tuple[tuple[Address, int], int, int]:
        return (self.token, self.amount), self.nonce, self.deadline

    @property
    def _witness_type(self) -> str:
        facilitator = "" if self.facilitator is None else "address facilitator,"
        return f"Witness(address to,{facilitator}uint256 validAfter)"

    @property
    def _witness(self) -> bytes:
        if self.facilitator is None:
            members: tuple[str, ...] = ("address", "uint256")
            values: tuple[Any, ...] = (self.payee, self.valid_after)
        else:
            members = ("address", "address", "uint256")
            values = (self.payee, self.facilitator, self.valid_after)
        return hash_struct(self._witness_type, members, values)


def is_permit(payload: Mapping[str, Any]) -> bool:
    """Whether a payload has the member that a transfer by Permit2 has."""
    return _MEMBER in payload


def _why_not(holding: Holding) -> str:
    if holding.delegate:
        return (
            f"The payer delegates (EIP-7702) to {holding.delegate}, which does not take this signature: Permit2 "
            "asks it (ERC-1271) and not the key."
        )
    return "The payer is a contract, and does not take this signature for its own (ERC-1271)."
