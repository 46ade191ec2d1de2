"""The bars Assay sets itself, measured. Ratios, and never against a figure of another run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rig.cell import JSON_1, JSON_32, PACED_1, PACED_32, Cell
from rig.figures import Record

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Bar:
    """``measured`` must be at least, or at most, ``bound``; None: a contender it needs did not run."""

    text: str
    relation: str
    bound: float
    measured: float | None

    @property
    def met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured >= self.bound if self.relation == ">=" else self.measured <= self.bound


def bars(records: Mapping[str, Record], ours: str = "assay") -> Iterator[Bar]:
    """Every bar, in the order of the acceptance list."""

    def ratio(cell: Cell, over: str, under: str) -> float | None:
        above, below = _cpu(records, over, cell), _cpu(records, under, cell)
        return above / below if above and below else None

    yield Bar("JSON x32: CPU of LiteLLM / Assay", ">=", 20, ratio(JSON_32, "litellm", ours))
    yield Bar("paced stream x32: CPU of LiteLLM / Assay", ">=", 15, ratio(PACED_32, "litellm", ours))
    yield Bar("JSON x32: CPU of Assay / bare pass-through", "<=", 2.5, ratio(JSON_32, ours, "bare"))
    yield Bar("paced stream x32: CPU of Assay / bare pass-through", "<=", 2.5, ratio(PACED_32, ours, "bare"))

    record, direct = records.get(ours), records["direct"]
    if record is None:
        return
    json_1, json_32, paced_1 = record.cells[JSON_1], record.cells[JSON_32], record.cells[PACED_1]
    yield Bar("JSON x32: answers a second on one core", ">=", 1500, json_32.per_second)
    yield Bar("JSON x1: added p50, ms", "<=", 0.6, json_1.p50_ms - direct.cells[JSON_1].p50_ms)
    yield Bar("paced stream x1: first word p50, ms", "<=", 1.0, paced_1.first_word_ms)
    yield Bar("start to first answer, s", "<=", 1.5, record.start_seconds)
    if record.weights:
        pss = [weight.memory.pss / MEBIBYTE for weight in record.weights]
        streams = record.weights[-1].streams
        yield Bar(f"PSS after {streams:,} streams, MiB", "<=", 80, pss[-1])
        yield Bar("PSS gained over the second half of them, MiB", "<=", 5, pss[-1] - pss[len(pss) // 2])


def _cpu(records: Mapping[str, Record], name: str, cell: Cell) -> float | None:
    figures = records[name].cells.get(cell) if name in records else None
    return figures.cpu_us if figures else None
