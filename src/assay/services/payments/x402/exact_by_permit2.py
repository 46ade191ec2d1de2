"""x402's scheme ``exact`` over Permit2: what is signed is what is taken, whatever the call comes to."""

from __future__ import annotations

from typing import Final

import orjson
from x402.schemas import PaymentRequirements

from assay.engines.chain.canonical import X402_EXACT_PROXY
from assay.engines.chain.library import Address
from assay.services.payments.payment import Payment
from assay.services.payments.x402.market import Market, refuse_unless
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.permit2 import METHOD, PermitTransfer, is_permit
from assay.services.payments.x402.permitted import Permitted
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.rail import Checked

SCHEME: Final = "exact"


class ExactByPermit2:
    """Implements `assay.services.payments.x402.rail.Rail`."""

    name = SCHEME

    def __init__(self, market: Market) -> None:
        self._market = market
        self._permitted = Permitted(market, SCHEME, X402_EXACT_PROXY)

    def demand(self, order: Order) -> PaymentRequirements:
        return self._market.demand(order, SCHEME, METHOD)

    def takes(self, presented: Presented) -> bool:
        return presented.scheme == SCHEME and is_permit(presented.payload)

    async def check(self, presented: Presented, order: Order) -> Checked:
        transfer = PermitTransfer.read(presented.payload)
        refuse_unless(
            transfer.facilitator is None,
            "invalid_permit2_spender",
            "A payment by `exact` names no facilitator.",
        )
        worth = self._market.rate().worth(transfer.amount)
        authorization, admit = await self._permitted.check(transfer, presented, order)
        return Checked(authorization, admit, worth, lambda cost: transfer.amount)

    def collects(self, payment: Payment) -> bool:
        return payment.authorization.rail == SCHEME and is_permit(orjson.loads(payment.authorization.signed))

    def collect(self, payment: Payment) -> tuple[Address, bytes]:
        call = self._permitted.of(payment).exact()
        return call.to, call.data

    async def is_spent(self, payment: Payment) -> bool:
        return await self._permitted.is_spent(payment)
