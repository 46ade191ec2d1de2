"""The tables, for a person; and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from rig.bars import MEBIBYTE, bars
from rig.cell import CELLS, Cell
from rig.figures import Record

_TITLES = {
    "json": "JSON, 600 B in, 1.2 KB out",
    "paced": "stream, 64 chunks 4 ms apart",
    "burst": "stream, 64 chunks at once",
}


def tables(records: Mapping[str, Record], skipped: Mapping[str, str]) -> Iterator[str]:
    """Lines to print."""
    for cell in CELLS:
        yield from _cell(cell, records)
    yield from _keeping(records)
    yield from _bars(records)
    for name, reason in skipped.items():
        yield f"not run: {name}: {reason}"


def as_json(
    records: Mapping[str, Record], skipped: Mapping[str, str], conditions: Mapping[str, object]
) -> str:
    """Everything measured, with the conditions of the run."""
    contenders = {
        name: {
            "start_seconds": record.start_seconds,
            "memory": record.memory and record.memory._asdict(),
            "cells": {cell.name: asdict(figures) for cell, figures in record.cells.items()},
            "weights": [{"streams": w.streams, "pss": w.memory.pss} for w in record.weights],
        }
        for name, record in records.items()
    }
    verdicts = [asdict(bar) | {"met": bar.met} for bar in bars(records)]
    return json.dumps(
        {"conditions": conditions, "contenders": contenders, "bars": verdicts, "not_run": skipped}, indent=2
    )


def _cell(cell: Cell, records: Mapping[str, Record]) -> Iterator[str]:
    connections = "1 connection" if cell.connections == 1 else f"{cell.connections} connections"
    heads = ("CPU us", "/ bare", "/ litellm", "p50 ms", "added", "p99 ms", "first word", "a second", "errors")
    direct = records["direct"].cells[cell].p50_ms
    rows = []
    for name, record in records.items():
        if figures := record.cells.get(cell):
            rows.append(
                (
                    name,
                    _number(figures.cpu_us, 0),
                    _against("bare", cell, figures.cpu_us, records),
                    _against("litellm", cell, figures.cpu_us, records),
                    _number(figures.p50_ms, 2),
                    _number(figures.p50_ms - direct, 2),
                    _number(figures.p99_ms, 2),
                    _number(figures.first_word_ms if cell.workload.streamed else None, 2),
                    _number(figures.per_second, 0),
                    str(figures.errors) + (f" {figures.first_error}" if figures.errors else ""),
                )
            )
    yield from _table(f"{_TITLES[cell.workload.value]}, {connections}", heads, rows)


def _against(name: str, cell: Cell, cpu_us: float | None, records: Mapping[str, Record]) -> str:
    """How many times the named contender's CPU."""
    base = records[name].cells.get(cell) if name in records else None
    if not base or not base.cpu_us or not cpu_us:
        return "-"
    times = cpu_us / base.cpu_us
    return f"{times:.2f}" if times >= 1 else f"1/{1 / times:.1f}"


def _keeping(records: Mapping[str, Record]) -> Iterator[str]:
    rows = []
    for name, record in records.items():
        if record.memory:
            long_run = " ".join(f"{w.streams:,}: {w.memory.pss / MEBIBYTE:.0f}" for w in record.weights)
            memory = (record.memory.rss / MEBIBYTE, record.memory.pss / MEBIBYTE)
            rows.append(
                (name, _number(record.start_seconds, 2), *(_number(m, 0) for m in memory), long_run or "-")
            )
    yield from _table("To keep", ("start s", "RSS MiB", "PSS MiB", "PSS over so many streams"), rows)


def _bars(records: Mapping[str, Record]) -> Iterator[str]:
    rows = [
        (
            bar.text,
            f"{bar.relation} {bar.bound:g}",
            _number(bar.measured, 2),
            {True: "met", False: "MISSED", None: "not measured"}[bar.met],
        )
        for bar in bars(records)
    ]
    yield from _table("Bars", ("bar", "measured", ""), rows)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The first column is a name without a heading; the others are right-aligned."""
    every = [("", *heads), *rows]
    widths = [max(len(row[i]) for row in every) for i in range(len(heads) + 1)]
    yield f"\n{title}"
    for row in every:
        cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((row[0].ljust(widths[0]), *cells)).rstrip()
