"""Runs the C load and reads what it counted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rig.cell import Cell
from rig.contender import Unavailable
from rig.native import compiled


@dataclass(frozen=True, slots=True)
class Duration:
    """A load runs for ``seconds`` and until ``least`` answers came, for at most ``limit`` seconds."""

    seconds: float
    least: int
    limit: float


@dataclass(frozen=True, slots=True)
class Answers:
    """What one load saw. Times are microseconds, from the send to the last byte or to the first word."""

    requests: int
    errors: int
    per_second: float
    p50_us: float
    p99_us: float
    first_word_p50_us: float
    first_word_p99_us: float
    first_error: str


class Load:
    """Closed-loop connections to one port."""

    def __init__(self, scratch: Path) -> None:
        self._program = compiled("load")
        self._scratch = scratch

    def run(self, cell: Cell, port: int, headers: Mapping[str, str], duration: Duration) -> Answers:
        """Raises `Unavailable` when nobody listens on the port."""
        body = self._scratch / f"{cell.workload.value}.json"
        body.write_bytes(cell.workload.body())
        command: list[str | Path] = [self._program, "-p", str(port), "-b", body, "-c", str(cell.connections)]
        command += ["-s", str(duration.seconds), "-n", str(duration.least), "-l", str(duration.limit)]
        command += ["-t"] if cell.workload.streamed else []
        for name, value in headers.items():
            command += ["-H", f"{name}: {value}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=duration.limit + 60)
        if done.returncode:
            raise Unavailable(f"no connection any more: {done.stderr.strip()}")
        return Answers(**json.loads(done.stdout))
