"""x402's scheme ``upto``: a maximum is signed, and what the call came to is taken of it. By Permit2 only."""

from __future__ import annotations

from typing import Final

from x402.schemas import PaymentRequirements

from assay.engines.chain.canonical import X402_UPTO_PROXY
from assay.engines.chain.library import Address
from assay.services.payments.payment import Payment
from assay.services.payments.x402.market import Market, refuse_unless
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.permit2 import METHOD, PermitTransfer
from assay.services.payments.x402.permitted import Permitted
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.rail import Checked

SCHEME: Final = "upto"


class Upto:
    """Implements `assay.services.payments.x402.rail.Rail`."""

    name = SCHEME

    def __init__(self, market: Market) -> None:
        self._market = market
        self._permitted = Permitted(market, SCHEME, X402_UPTO_PROXY)

    def demand(self, order: Order) -> PaymentRequirements:
        facilitator = self._market.terms.facilitator
        return self._market.demand(order, SCHEME, METHOD, facilitatorAddress=facilitator)

    def takes(self, presented: Presented) -> bool:
        return presented.scheme == SCHEME

    async def check(self, presented: Presented, order: Order) -> Checked:
        transfer = PermitTransfer.read(presented.payload)
        refuse_unless(
            transfer.facilitator == self._market.terms.facilitator,
            "upto_facilitator_mismatch",
            f"The payment is to be settled by somebody else than {self._market.terms.facilitator}.",
        )
        rate = self._market.rate()
        authorization, admit = await self._permitted.check(transfer, presented, order)
        return Checked(authorization, admit, rate.worth(transfer.amount), rate.units)

    def collects(self, payment: Payment) -> bool:
        return payment.authorization.rail == SCHEME

    def collect(self, payment: Payment) -> tuple[Address, bytes] | None:
        if payment.amount == 0:
            return None
        call = self._permitted.of(payment).upto(payment.amount)
        return call.to, call.data

    async def is_spent(self, payment: Payment) -> bool:
        return await self._permitted.is_spent(payment)
