"""Assay's gateway with nothing to pay, for measuring what payment costs; the product has no such switch.

    assay_free.py --home DIRECTORY --port PORT

The same node in everything else: its receipts say that nothing was charged.
"""

from __future__ import annotations

from collections.abc import Iterable

from assay.apps.network import node, serve
from assay.trust.metering import Purchase
from assay.trust.receipts.predicate import MICRO_USD, PaymentClaim


class Free:
    """In the place of `assay.services.payments.till.Till`: lets everybody in, and writes nothing down."""

    def __init__(self, *_: object) -> None: ...

    async def reserve(self, purchase: Purchase) -> Gift:
        return Gift(purchase.maximum)

    async def admit(self, credential: str) -> None: ...


class Gift:
    def __init__(self, maximum: int) -> None:
        self.maximum = maximum

    def claim(self, cost: int, capped: bool) -> PaymentClaim:
        return PaymentClaim("account", "", MICRO_USD, 0, capped)

    def commit(self, cost: int, log_index: int) -> None: ...

    def release(self) -> None: ...

    def headers(self) -> Iterable[tuple[bytes, bytes]]:
        return ()


if __name__ == "__main__":
    node.Till = Free
    serve.main()
