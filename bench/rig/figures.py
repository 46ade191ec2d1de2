"""What is printed of the passes over one cell, and what a contender costs to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rig.cell import Cell
from rig.process import Memory
from rig.server import Sample


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the passes; ``errors`` is their sum."""

    cpu_us: float | None
    p50_ms: float
    p99_ms: float
    first_word_ms: float
    per_second: float
    errors: int
    first_error: str


def figures(samples: Sequence[Sample]) -> Figures:
    answers = [sample.answers for sample in samples]
    cpu = [sample.cpu_us for sample in samples if sample.cpu_us is not None]
    return Figures(
        cpu_us=median(cpu) if cpu else None,
        p50_ms=median(a.p50_us for a in answers) / 1000,
        p99_ms=median(a.p99_us for a in answers) / 1000,
        first_word_ms=median(a.first_word_p50_us for a in answers) / 1000,
        per_second=median(a.per_second for a in answers),
        errors=sum(a.errors for a in answers),
        first_error=next((a.first_error for a in answers if a.errors), ""),
    )


@dataclass(frozen=True, slots=True)
class Weight:
    """Memory after so many streamed answers more."""

    streams: int
    memory: Memory


@dataclass(slots=True)
class Record:
    """All that is known of one contender."""

    start_seconds: float
    memory: Memory | None = None
    """After the cells."""
    cells: dict[Cell, Figures] = field(default_factory=dict)
    weights: list[Weight] = field(default_factory=list)
    """Over the long run of streams; empty where it was not made."""
