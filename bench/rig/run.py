"""One run: everybody is started, then asked in turn, then stopped."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rig.cell import BURST_32, CELLS, Cell
from rig.contender import Contender, Unavailable
from rig.figures import Record, Weight, figures
from rig.load import Duration, Load
from rig.native import compiled
from rig.process import PinnedProcess
from rig.server import Sample, Server, free_port

WEIGHED = ("assay", "bare")
"""Who is sent the long run of streams; the slow ones would need a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look."""

    passes: int
    duration: Duration
    streams: int
    """In the long run that memory is watched over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured of each contender, and why the others are missing."""

    records: dict[str, Record] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def drop(self, name: str, reason: Unavailable) -> None:
        self.records.pop(name, None)
        self.skipped[name] = str(reason)


def run(contenders: Sequence[Contender], effort: Effort) -> Outcome:
    """Raises `Unavailable` when this machine cannot hold the benchmark at all."""
    outcome = Outcome()
    gateway_core, our_core = cores()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="assay-bench-")))
        load = Load(scratch)
        ready = [contender for contender in contenders if _prepared(contender, outcome)]
        upstream = stack.enter_context(running_upstream(our_core, scratch))
        os.sched_setaffinity(0, {our_core})
        servers = []
        for contender in ready:
            progress(f"starting {contender.name}")
            try:
                server = Server(contender, upstream=upstream, core=gateway_core, scratch=scratch, load=load)
                servers.append(stack.enter_context(server))
                server.warm()
                outcome.records[contender.name] = Record(server.start_seconds)
            except Unavailable as reason:
                outcome.drop(contender.name, reason)
        measure_cells(servers, effort, outcome)
        measure_memory(servers, effort, outcome)
    return outcome


def measure_cells(servers: Sequence[Server], effort: Effort, outcome: Outcome) -> None:
    """Pass by pass and cell by cell, the contenders next to each other, so that drift hits all alike."""
    samples: dict[tuple[str, Cell], list[Sample]] = {}
    for turn in range(effort.passes):
        for cell in CELLS:
            progress(f"pass {turn + 1} of {effort.passes}: {cell.name}")
            for server in servers:
                name = server.contender.name
                if name not in outcome.records or cell.workload not in server.contender.workloads:
                    continue
                try:
                    samples.setdefault((name, cell), []).append(server.measure(cell, effort.duration))
                    outcome.records[name].cells[cell] = figures(samples[name, cell])
                except Unavailable as reason:
                    outcome.drop(name, Unavailable(f"{reason}\n{server.last_words()}"))


def measure_memory(servers: Sequence[Server], effort: Effort, outcome: Outcome) -> None:
    """What each holds after the cells; and for some, whether it grows over a long run of streams."""
    for server in servers:
        name = server.contender.name
        if record := outcome.records.get(name):
            record.memory = server.memory()
            if name in WEIGHED:
                progress(f"{effort.streams:,} streams through {name}")
                record.weights.extend(weights(server, effort.streams))


def weights(server: Server, streams: int, steps: int = 4) -> Iterator[Weight]:
    """Memory before a long run of streams, and after each part of it."""
    for step in range(steps + 1):
        if step:
            server.measure(BURST_32, Duration(seconds=0, least=streams // steps, limit=120))
        if memory := server.memory():
            yield Weight(step * streams // steps, memory)


@contextmanager
def running_upstream(core: int, scratch: Path) -> Iterator[int]:
    """The port of the C upstream."""
    port = free_port()
    process = PinnedProcess([compiled("upstream"), str(port)], core=core, log=scratch / "upstream.log")
    try:
        yield port
    finally:
        process.stop()


def cores() -> tuple[int, int]:
    """One core for the contender, another for the load and the upstream."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise Unavailable("two cores are needed: one for the contender, one for the load and the upstream")
    return usable[0], usable[1]


def _prepared(contender: Contender, outcome: Outcome) -> bool:
    try:
        contender.prepare()
    except Unavailable as reason:
        outcome.drop(contender.name, reason)
        return False
    return True


def progress(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)
