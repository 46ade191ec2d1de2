"""Blocks, logs and receipts as a node tells them (execution-apis). Read them by `wire.parse`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.wire import from_data, from_quantity


@dataclass(frozen=True, slots=True)
class Block:
    """Which block: numbers are shared between forks, hashes are not."""

    number: int
    hash: bytes
    parent: bytes

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Block:
        return cls(from_quantity(value["number"]), from_data(value["hash"]), from_data(value["parentHash"]))


@dataclass(frozen=True, slots=True)
class Log:
    """What a contract told while a transaction ran. ``index``: its place among all logs of the block."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction: bytes
    index: int

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Log:
        return cls(
            address=to_checksum_address(value["address"]),
            topics=tuple(map(from_data, value["topics"])),
            data=from_data(value["data"]),
            block_number=from_quantity(value["blockNumber"]),
            block_hash=from_data(value["blockHash"]),
            transaction=from_data(value["transactionHash"]),
            index=from_quantity(value["logIndex"]),
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction that is in a block. ``gas_price`` in wei, everything included."""

    transaction: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    gas_price: int
    logs: tuple[Log, ...]

    @property
    def fee(self) -> int:
        """Wei that it cost. A rollup's fee for its layer-1 data comes on top."""
        return self.gas_used * self.gas_price

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Receipt:
        return cls(
            transaction=from_data(value["transactionHash"]),
            block_number=from_quantity(value["blockNumber"]),
            block_hash=from_data(value["blockHash"]),
            succeeded=from_quantity(value["status"]) == 1,
            gas_used=from_quantity(value["gasUsed"]),
            gas_price=from_quantity(value["effectiveGasPrice"]),
            logs=tuple(map(Log.from_json, value["logs"])),
        )
