"""Does the gateway's memory grow over 10,000 streams, every other one left in the middle?

    python bench/memory.py [--streams N]

Weighs the gateway (PSS, Linux) before and after each tenth of the streams. Whole streams are bursts of 64 events; the
others are paced, and their client leaves at the first event. Ends with 0 only if the last weight is within the bar.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rig.cell import Workload
from rig.contenders.assay import Assay
from rig.process import Memory, PinnedProcess
from rig.run import cores, running_upstream
from rig.server import free_port

BAR_MB = 80
STEPS = 10
CONNECTIONS = 32


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--streams", type=int, default=10_000)
    options = parser.parse_args()
    print(f"{'streams':>8}{'PSS MB':>9}{'RSS MB':>9}")
    with gateway() as (process, callers):
        for streams, memory in weigh(process, callers, options.streams):
            print(f"{streams:>8}{memory.pss / 1e6:>9.1f}{memory.rss / 1e6:>9.1f}", flush=True)
    return 0 if memory.pss <= BAR_MB * 1e6 else 1


@contextmanager
def gateway() -> Iterator[tuple[PinnedProcess, Callers]]:
    """Assay in front of the C upstream, on a core of its own, and those who will call it."""
    gateway_core, our_core = cores()
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as directory:
        scratch = Path(directory)
        with running_upstream(our_core, scratch) as upstream:
            launch = Assay(receipts=True).launch(upstream, free_port(), scratch)
            process = PinnedProcess(launch.command, core=gateway_core, log=scratch / "log")
            try:
                callers = Callers(launch.port, launch.headers)
                callers.await_gateway()
                yield process, callers
            finally:
                process.stop()


def weigh(process: PinnedProcess, callers: Callers, streams: int) -> Iterator[tuple[int, Memory]]:
    """Memory before the streams, and after each step of them."""
    for step in range(STEPS + 1):
        if step:
            asyncio.run(callers.call(streams // STEPS))
        yield step * streams // STEPS, process.memory()


class Callers:
    """Clients that read one stream to its end, and leave the next one."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port = port
        lines = [f"{name}: {value}" for name, value in headers.items()]
        self._head = "\r\n".join(
            ["POST /v1/chat/completions HTTP/1.1", "host: gateway", "connection: close", *lines]
        )

    def await_gateway(self) -> None:
        """Block until the gateway listens. Raises `OSError` when it still does not after ten seconds."""
        for patience in range(200, -1, -1):
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
            except OSError:
                if not patience:
                    raise
                time.sleep(0.05)
            else:
                return

    async def call(self, streams: int) -> None:
        waiting = iter(range(streams))

        async def caller() -> None:
            for number in waiting:
                await (self._read(Workload.BURST) if number % 2 else self._leave(Workload.PACED))

        await asyncio.gather(*(caller() for _ in range(CONNECTIONS)))

    async def _read(self, workload: Workload) -> None:
        reader, writer = await self._ask(workload)
        answer = await reader.read(-1)
        writer.close()
        if not answer.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n"):
            raise RuntimeError(f"a stream did not come whole: {answer[-200:]!r}")

    async def _leave(self, workload: Workload) -> None:
        reader, writer = await self._ask(workload)
        await reader.readuntil(b"data: ")
        writer.close()

    async def _ask(self, workload: Workload) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = workload.body()
        writer.write(f"{self._head}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        return reader, writer


if __name__ == "__main__":
    sys.exit(main())
