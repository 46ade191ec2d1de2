"""Which processors and GPUs protect something together: data, with its sources, that rules and people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class GpuSupport:
    """One GPU that the vendor supports in confidential computing."""

    gpu: str
    chips: tuple[str, ...]
    """As the GPU's own evidence calls it."""
    architecture: str
    modes: tuple[str, ...]
    platforms: tuple[str, ...]
    """A family of processors, such as ``tdx``, with its product where evidence tells: ``snp Genoa``."""
    driver: str
    """The first driver whose vendor calls the mode production-ready."""
    sources: tuple[str, ...]
    """Names among `Hardware.sources`."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """The whole table."""

    checked: str
    """When somebody last compared it with its sources: an ISO 8601 date."""
    sources: Mapping[str, str]
    gpus: tuple[GpuSupport, ...]
    not_listed: Mapping[str, str]
    """What people ask about and is refused, and why."""


@lru_cache(maxsize=1)
def hardware_table() -> dict[str, Any]:
    """``hardware.json`` as it is."""
    table: dict[str, Any] = orjson.loads((files(__package__) / "hardware.json").read_bytes())
    return table


def hardware() -> Hardware:
    """The table, typed."""
    table = hardware_table()
    return Hardware(
        checked=table["checked"],
        sources=table["sources"],
        gpus=tuple(_gpu(row) for row in table["gpus"]),
        not_listed=table["not_listed"],
    )


def _gpu(row: Mapping[str, Any]) -> GpuSupport:
    return GpuSupport(
        gpu=row["gpu"],
        chips=tuple(row["chips"]),
        architecture=row["architecture"],
        modes=tuple(row["modes"]),
        platforms=tuple(row["platforms"]),
        driver=row["driver"],
        sources=tuple(row["sources"]),
    )
