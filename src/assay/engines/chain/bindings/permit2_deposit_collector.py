"""`Permit2DepositCollector`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from assay.engines.chain.contract import Call, Contract
from assay.engines.chain.library import Address


class Permit2DepositCollector(Contract):
    artifact = "Permit2DepositCollector"

    def DEPOSIT_WITNESS_TYPEHASH(self) -> Call[bytes]:
        return self._call("DEPOSIT_WITNESS_TYPEHASH", (), (), ("bytes32",))

    def DEPOSIT_WITNESS_TYPE_STRING(self) -> Call[str]:
        return self._call("DEPOSIT_WITNESS_TYPE_STRING", (), (), ("string",))

    def PERMIT2(self) -> Call[Address]:
        return self._call("PERMIT2", (), (), ("address",))

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
