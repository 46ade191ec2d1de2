"""What a node takes a token for: amounts on a chain follow from costs in micro-USD by it, and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assay.trust.members import count
from assay.trust.text import read_text
from assay.trust.timestamp import read_time, write_time

UNITS: Final = 10**18
"""The smallest units in one OPG."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one OPG."""

    asset: str
    """Which token, by its CAIP-19 name: ``eip155:31337/erc20:0x…``."""
    micro_usd: int
    """What one is taken for; more than 0."""
    source: str
    """On whose word, for people to read."""
    as_of: datetime | None = None
    """When it was looked up there; None for a price that somebody set, which does not age."""

    def units(self, cost: int) -> int:
        """The smallest units that pay for ``cost`` micro-USD: rounded up, by less than one."""
        return -(-cost * UNITS // self.micro_usd)

    def worth(self, units: int) -> int:
        """The most whole micro-USD that so many units pay for."""
        return units * self.micro_usd // UNITS

    def to_json(self) -> dict[str, Any]:
        """As a table of prices has it."""
        return {
            "as_of": None if self.as_of is None else write_time(self.as_of),
            "asset": self.asset,
            "micro_usd": self.micro_usd,
            "source": self.source,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Rate:
        """Raises `KeyError`, `TypeError` or `ValueError`, and `FormatError` for text that is not to be shown."""
        micro_usd, as_of = count(value["micro_usd"]), value["as_of"]
        if micro_usd == 0:
            raise ValueError(value)
        return cls(
            asset=read_text(value["asset"]),
            micro_usd=micro_usd,
            source=read_text(value["source"]),
            as_of=None if as_of is None else read_time(as_of),
        )
