"""x402's scheme ``exact`` over EIP-3009: as over Permit2, by the token's own word, and without any approval before."""

from __future__ import annotations

from typing import Final

import orjson
from x402.schemas import PaymentRequirements

from assay.engines.chain.library import Address
from assay.services.payments.payment import Admit, Authorization, Payment
from assay.services.payments.x402.eip3009 import METHOD, AuthorizedTransfer, is_authorization
from assay.services.payments.x402.errors import NonceUsed
from assay.services.payments.x402.funds import admit_paid, admit_within_balance
from assay.services.payments.x402.market import Market, refuse_unless
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.rail import MAX_SIGNATURE, Checked

SCHEME: Final = "exact"


class ExactByEip3009:
    """Implements `assay.services.payments.x402.rail.Rail`."""

    name = SCHEME

    def __init__(self, market: Market) -> None:
        self._market = market

    def demand(self, order: Order) -> PaymentRequirements:
        return self._market.demand(order, SCHEME, METHOD)

    def takes(self, presented: Presented) -> bool:
        return presented.scheme == SCHEME and is_authorization(presented.payload)

    async def check(self, presented: Presented, order: Order) -> Checked:
        market, terms = self._market, self._market.terms
        transfer = AuthorizedTransfer.read(presented.payload)
        market.check_network(presented)
        transfer.check(terms, market.now())
        refuse_unless(
            market.is_demanded(transfer.amount, order, SCHEME, METHOD),
            "invalid_exact_evm_payload_authorization_value_mismatch",
            "The amount signed is not what was asked for, for this request.",
        )
        market.check_bound(presented, order, transfer.nonce)
        refuse_unless(
            len(transfer.signature) <= MAX_SIGNATURE,
            "invalid_exact_evm_payload_signature",
            f"The signature is longer than {MAX_SIGNATURE} bytes.",
        )
        admit = await self._admit(transfer)
        authorization = Authorization(
            key=transfer.key(terms),
            rail=SCHEME,
            source=terms.source(transfer.payer),
            payer=transfer.payer,
            asset=terms.asset,
            maximum=transfer.amount,
            request=order.digest,
            identifier=presented.identifier,
            signed=orjson.dumps(transfer.to_json()),
            expires_at=transfer.valid_before,
        )
        worth = market.rate().worth(transfer.amount)
        return Checked(authorization, admit, worth, lambda cost: transfer.amount)

    async def _admit(self, transfer: AuthorizedTransfer) -> Admit:
        """Anybody may make the transfer. Then the money has come, and the call is paid."""
        market, terms = self._market, self._market.terms
        try:
            holding = await transfer.check_on_chain(terms, market.holdings)
        except NonceUsed:
            if not await market.holdings.has_paid(terms, transfer.payer, transfer.amount, transfer.signature):
                raise
            return admit_paid
        lent = market.rate().units(market.unsettled)
        return admit_within_balance(transfer.amount, holding, lent, "invalid_exact_evm_insufficient_balance")

    def collects(self, payment: Payment) -> bool:
        signed = orjson.loads(payment.authorization.signed)
        return payment.authorization.rail == SCHEME and is_authorization(signed)

    def collect(self, payment: Payment) -> tuple[Address, bytes]:
        call = self._of(payment).exact(self._market.terms)
        return call.to, call.data

    async def is_spent(self, payment: Payment) -> bool:
        return await self._of(payment).is_used(self._market.terms, self._market.holdings)

    def _of(self, payment: Payment) -> AuthorizedTransfer:
        return AuthorizedTransfer.read(orjson.loads(payment.authorization.signed))
