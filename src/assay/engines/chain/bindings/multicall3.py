"""`Multicall3`, as its artifact describes it. Written by contracts/bind.py: change the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assay.engines.chain.contract import Call, Contract
from assay.engines.chain.library import Address


class Call3(NamedTuple):
    target: Address
    allowFailure: bool
    callData: bytes


class Result(NamedTuple):
    success: bool
    returnData: bytes


class Call2(NamedTuple):
    target: Address
    callData: bytes


class Multicall3(Contract):
    artifact = "Multicall3"

    def aggregate3(self, calls: Sequence[tuple[Address, bool, bytes]]) -> Call[tuple[Result, ...]]:
        return self._call(
            "aggregate3",
            ("(address,bool,bytes)[]",),
            (calls,),
            ("(bool,bytes)[]",),
            tuple[Result, ...],
        )

    def getBlockNumber(self) -> Call[int]:
        return self._call("getBlockNumber", (), (), ("uint256",))

    def getChainId(self) -> Call[int]:
        return self._call("getChainId", (), (), ("uint256",))

    def getCurrentBlockTimestamp(self) -> Call[int]:
        return self._call("getCurrentBlockTimestamp", (), (), ("uint256",))

    def getEthBalance(self, addr: Address) -> Call[int]:
        return self._call("getEthBalance", ("address",), (addr,), ("uint256",))

    def tryAggregate(
        self,
        requireSuccess: bool,
        calls: Sequence[tuple[Address, bytes]],
    ) -> Call[tuple[Result, ...]]:
        return self._call(
            "tryAggregate",
            ("bool", "(address,bytes)[]"),
            (requireSuccess, calls),
            ("(bool,bytes)[]",),
            tuple[Result, ...],
        )
