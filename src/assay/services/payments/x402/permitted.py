"""What the two schemes over Permit2 share: everything but which proxy moves the money, and how much of it."""

from __future__ import annotations

import orjson

from assay.engines.chain.library import Address
from assay.services.payments.payment import Admit, Authorization, Payment
from assay.services.payments.x402.errors import NonceUsed
from assay.services.payments.x402.funds import admit_paid, admit_within_allowance
from assay.services.payments.x402.market import Market, refuse_unless
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.permit2 import METHOD, PermitTransfer
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.rail import MAX_SIGNATURE


class Permitted:
    """Transfers by Permit2 of one scheme."""

    def __init__(self, market: Market, scheme: str, proxy: Address) -> None:
        self._market = market
        self._scheme = scheme
        self._proxy = proxy

    async def check(
        self, transfer: PermitTransfer, presented: Presented, order: Order
    ) -> tuple[Authorization, Admit]:
        """Raises `PaymentInvalid`, and `PaymentsUnavailable` where the chain does not answer."""
        market, terms = self._market, self._market.terms
        market.check_network(presented)
        transfer.check(terms, self._proxy, market.now())
        refuse_unless(
            market.is_demanded(transfer.amount, order, self._scheme, METHOD),
            "permit2_amount_mismatch",
            "The amount signed is not what was asked for, for this request.",
        )
        market.check_bound(presented, order, transfer.nonce.to_bytes(32))
        refuse_unless(
            len(transfer.signature) <= MAX_SIGNATURE,
            "invalid_permit2_signature",
            f"The signature is longer than {MAX_SIGNATURE} bytes.",
        )
        admit = await self._admit(transfer)
        authorization = Authorization(
            key=transfer.key(terms),
            rail=self._scheme,
            source=terms.source(transfer.payer),
            payer=transfer.payer,
            asset=terms.asset,
            maximum=transfer.amount,
            request=order.digest,
            identifier=presented.identifier,
            signed=orjson.dumps(transfer.to_json()),
            expires_at=transfer.deadline,
        )
        return authorization, admit

    async def _admit(self, transfer: PermitTransfer) -> Admit:
        """Anybody may settle an ``exact`` payment. Then the money has come, and the call is paid."""
        market, terms = self._market, self._market.terms
        try:
            holding = await transfer.check_on_chain(terms, market.holdings)
        except NonceUsed:
            if transfer.facilitator is not None or not await market.holdings.has_paid(
                terms, transfer.payer, transfer.amount, transfer.signature
            ):
                raise
            return admit_paid
        lent = market.rate().units(market.unsettled)
        return admit_within_allowance(
            transfer.amount, holding, lent, terms.token, "permit2_insufficient_balance"
        )

    def of(self, payment: Payment) -> PermitTransfer:
        """What was signed."""
        return PermitTransfer.read(orjson.loads(payment.authorization.signed))

    async def is_spent(self, payment: Payment) -> bool:
        """Raises `PaymentsUnavailable`."""
        return await self.of(payment).is_used(self._market.holdings)
