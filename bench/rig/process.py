"""One server under measurement: its own session, one core, and what it has used so far (Linux)."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TICKS = os.sysconf("SC_CLK_TCK")


class Memory(NamedTuple):
    """Bytes. ``pss`` counts a page shared by n processes as 1/n; ``rss`` counts it in each."""

    rss: int
    pss: int


class PinnedProcess:
    """A command and all that it starts, held on one core and apart from our own session."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        core: int,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log = log
        with log.open("wb") as output:
            self._leader = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(environment or {}),
                cwd=log.parent,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {core}),
            )

    @property
    def alive(self) -> bool:
        return self._leader.poll() is None

    def last_words(self, lines: int = 12) -> str:
        """The end of what it printed."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def cpu_seconds(self) -> float:
        """User plus system time of every process of the session, and of those among them that ended."""
        alive = sum(_cpu_clock(pid) for pid, _ in self._session())
        ended = sum(int(stat[13]) + int(stat[14]) for _, stat in self._session()) / _TICKS
        return alive + ended

    def memory(self) -> Memory:
        rss = pss = 0
        for pid, _ in self._session():
            for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
                if line.startswith("Rss:"):
                    rss += int(line.split()[1]) * 1024
                elif line.startswith("Pss:"):
                    pss += int(line.split()[1]) * 1024
        return Memory(rss, pss)

    def stop(self) -> None:
        for sent in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._leader.pid, sent)
            with suppress(subprocess.TimeoutExpired):
                self._leader.wait(timeout=5)

    def _session(self) -> Iterator[tuple[int, list[str]]]:
        """Process id and the fields of ``/proc/<pid>/stat`` from ``state`` on."""
        for pid in filter(str.isdigit, os.listdir("/proc")):
            # the name in brackets may hold spaces and brackets of its own
            fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
            if fields and int(fields[3]) == self._leader.pid:
                yield int(pid), fields


def _cpu_clock(pid: int) -> float:
    """Seconds, by the clock that `clock_getcpuclockid(3)` names; finer than the ticks of ``stat``."""
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:  # it has ended meanwhile
        return 0.0


def _read(path: str) -> str:
    """A file of procfs; empty when its process has ended meanwhile."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""
