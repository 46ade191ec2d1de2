"""`ERC3009DepositCollector`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from assay.engines.chain.contract import Call, Contract
from assay.engines.chain.library import Address


class ERC3009DepositCollector(Contract):
    artifact = "ERC3009DepositCollector"

    def collect(
        self,
        payer: Address,
        token: Address,
        amount: int,
        channelId: bytes,
        collectorData: bytes,
    ) -> Call[None]:
        return self._call(
            "collect",
            ("address", "address", "uint256", "bytes32", "bytes"),
            (payer, token, amount, channelId, collectorData),
        )

    def x402BatchSettlement(self) -> Call[Address]:
        return self._call("x402BatchSettlement", (), (), ("address",))
