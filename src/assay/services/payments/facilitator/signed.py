"""What a payer has signed for a merchant: all that a facilitator has to know of it, whichever way the money moves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Protocol

import orjson

from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.canonical import X402_EXACT_PROXY, X402_UPTO_PROXY
from assay.engines.chain.contract import Call
from assay.engines.chain.library import Address
from assay.services.payments.payment import Tally
from assay.services.payments.x402.eip3009 import AuthorizedTransfer
from assay.services.payments.x402.funds import admit_within_allowance, admit_within_balance
from assay.services.payments.x402.holdings import Holdings
from assay.services.payments.x402.market import refuse_unless
from assay.services.payments.x402.permit2 import PermitTransfer
from assay.services.payments.x402.terms import Terms

_UNLIMITED: Final = 2**256
"""A facilitator lends nothing: what it settles has come."""


class Signed(Protocol):
    """One payment under a merchant's terms. Amounts in the token's smallest units."""

    terms: Terms
    payer: Address
    signature: bytes
    key: bytes
    """Names it."""
    digest: bytes
    """Of payee, asset, all that was signed, and the signature: no other payment of this name has it."""
    used: str
    """What x402 calls a payment whose nonce is used."""
    failed: str
    """What x402 calls one that the chain refuses for reasons of its own."""

    def check_amount(self, amount: int, *, in_the_end: bool) -> None:
        """Whether so much may be asked for; ``in_the_end``, where a maximum was asked for before.

        Raises `PaymentInvalid`.
        """

    async def check(self, amount: int, now: int) -> None:
        """Whether it is good for so much. Raises `PaymentInvalid` or `PaymentsUnavailable`."""

    def call(self, amount: int) -> Call[Any]:
        """Moves the money, if it is our account that calls."""

    async def is_used(self) -> bool:
        """Whether the chain has its nonce as used, or cancelled. Raises `PaymentsUnavailable`."""


class SignedAuthorization:
    """``exact`` over EIP-3009."""

    used = "invalid_exact_evm_nonce_already_used"
    failed = "invalid_exact_evm_transaction_simulation_failed"

    def __init__(self, transfer: AuthorizedTransfer, terms: Terms, holdings: Holdings) -> None:
        self._transfer = transfer
        self._holdings = holdings
        self.terms = terms
        self.payer = transfer.payer
        self.signature = transfer.signature
        self.key = transfer.key(terms)
        self.digest = _digest(terms, transfer.to_json())

    def check_amount(self, amount: int, *, in_the_end: bool) -> None:
        refuse_unless(
            self._transfer.amount == amount,
            "invalid_exact_evm_payload_authorization_value_mismatch",
            f"The payment is of {self._transfer.amount}, and {amount} is required.",
        )

    async def check(self, amount: int, now: int) -> None:
        self._transfer.check(self.terms, now)
        holding = await self._transfer.check_on_chain(self.terms, self._holdings)
        admit_within_balance(amount, holding, _UNLIMITED, "invalid_exact_evm_insufficient_balance")(Tally())

    def call(self, amount: int) -> Call[Any]:
        return self._transfer.exact(self.terms)

    async def is_used(self) -> bool:
        return await self._transfer.is_used(self.terms, self._holdings)


class SignedPermit:
    """``exact`` over Permit2."""

    used = "permit2_invalid_nonce"
    failed = "invalid_exact_evm_transaction_simulation_failed"
    _proxy = X402_EXACT_PROXY

    def __init__(self, transfer: PermitTransfer, terms: Terms, holdings: Holdings) -> None:
        self._transfer = transfer
        self._holdings = holdings
        self.terms = terms
        self.payer = transfer.payer
        self.signature = transfer.signature
        self.key = transfer.key(terms)
        self.digest = _digest(terms, transfer.to_json())

    def check_amount(self, amount: int, *, in_the_end: bool) -> None:
        refuse_unless(
            self._transfer.amount == amount,
            "permit2_amount_mismatch",
            f"The payment is of {self._transfer.amount}, and {amount} is required.",
        )

    async def check(self, amount: int, now: int) -> None:
        self._check_facilitator()
        self._transfer.check(self.terms, self._proxy, now)
        holding = await self._transfer.check_on_chain(self.terms, self._holdings)
        token, reason = self.terms.token, "permit2_insufficient_balance"
        admit_within_allowance(amount, holding, _UNLIMITED, token, reason)(Tally())

    def call(self, amount: int) -> Call[Any]:
        return self._transfer.exact()

    async def is_used(self) -> bool:
        return await self._transfer.is_used(self._holdings)

    def _check_facilitator(self) -> None:
        refuse_unless(
            self._transfer.facilitator is None,
            "invalid_permit2_spender",
            "A payment by `exact` names no facilitator.",
        )


class SignedMaximum(SignedPermit):
    """``upto``: settled by whom the payer names, which is our account, or the contract that does as it says."""

    failed = "invalid_upto_evm_transaction_failed"
    _proxy = X402_UPTO_PROXY

    def __init__(
        self,
        transfer: PermitTransfer,
        terms: Terms,
        holdings: Holdings,
        account: Address,
        contract: Address,
    ) -> None:
        super().__init__(transfer, terms, holdings)
        self._account = account
        self._contract = contract

    def check_amount(self, amount: int, *, in_the_end: bool) -> None:
        if not in_the_end:
            return super().check_amount(amount, in_the_end=in_the_end)
        refuse_unless(
            amount <= self._transfer.amount,
            "invalid_upto_evm_payload_settlement_exceeds_amount",
            f"The payment is of at most {self._transfer.amount}, and {amount} is required.",
        )
        return None

    def call(self, amount: int) -> Call[Any]:
        moves = self._transfer.upto(amount)
        if self._transfer.facilitator == self._account:
            return moves
        return Facilitator(self._contract).settle([(moves.to, moves.data)], bytes(32), 0)

    def _check_facilitator(self) -> None:
        refuse_unless(
            self._transfer.facilitator in (self._account, self._contract),
            "upto_facilitator_mismatch",
            f"The payment is to be settled by somebody else than {self._account}.",
        )


def _digest(terms: Terms, signed: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(orjson.dumps([terms.payee, terms.asset, signed])).digest()
