"""A contender that runs: started, warmed, asked, weighed and stopped."""

from __future__ import annotations

import http.client
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from rig.cell import BURST_32, JSON_1, JSON_32, Cell
from rig.contender import Contender, Unavailable
from rig.load import Answers, Duration, Load
from rig.process import Memory, PinnedProcess

PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One pass over one cell."""

    answers: Answers
    cpu_us: float | None
    """User plus system time of the contender per answer; None where nothing stands in between."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Use as a context manager: enters when the first answer came through."""

    def __init__(self, contender: Contender, *, upstream: int, core: int, scratch: Path, load: Load) -> None:
        self.contender = contender
        self.start_seconds = 0.0
        self._load = load
        self._core = core
        self._scratch = scratch / contender.name
        self._scratch.mkdir()
        self._launch = contender.launch(upstream, free_port(), self._scratch)
        self._process: PinnedProcess | None = None

    def __enter__(self) -> Server:
        began = time.monotonic()
        if self._launch.command:
            self._process = PinnedProcess(
                self._launch.command,
                core=self._core,
                log=self._scratch / "log",
                environment=self._launch.environment,
            )
        try:
            self._await_first_answer(began)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.start_seconds = time.monotonic() - began
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process:
            self._process.stop()

    def warm(self) -> None:
        """Fill caches and connection pools, so that the first pass is like the others."""
        for cell in (JSON_32, BURST_32):
            if cell.workload in self.contender.workloads:
                self._ask(cell, Duration(seconds=0.3, least=32, limit=5))

    def measure(self, cell: Cell, duration: Duration) -> Sample:
        if self._process is None:
            return Sample(self._ask(cell, duration), None)
        before = self._process.cpu_seconds()
        answers = self._ask(cell, duration)
        used = self._process.cpu_seconds() - before
        return Sample(answers, used / answers.requests * 1e6 if answers.requests else None)

    def memory(self) -> Memory | None:
        return self._process.memory() if self._process else None

    def last_words(self) -> str:
        return self._process.last_words() if self._process else ""

    def _ask(self, cell: Cell, duration: Duration) -> Answers:
        return self._load.run(cell, self._launch.port, self._launch.headers, duration)

    def _await_first_answer(self, began: float) -> None:
        reason = "no answer"
        while time.monotonic() - began < PATIENCE_SECONDS:
            if self._process and not self._process.alive:
                reason = "it ended"
                break
            caller = http.client.HTTPConnection("127.0.0.1", self._launch.port, timeout=PATIENCE_SECONDS)
            try:
                headers = {"content-type": "application/json", **self._launch.headers}
                caller.request("POST", "/v1/chat/completions", JSON_1.workload.body(), headers)
                reply = caller.getresponse()
                reason = f"status {reply.status}: {reply.read(300)!r}"
                if reply.status == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            finally:
                caller.close()
            time.sleep(0.01)
        raise Unavailable(f"did not start: {reason}\n{self.last_words()}")
