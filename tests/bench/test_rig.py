"""A measuring instrument is tested by showing it things whose measure is known."""

from __future__ import annotations

import json
import os
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rig.bars import bars
from rig.cell import BURST_32, CELLS, JSON_1, JSON_32, Cell, Workload
from rig.contender import Unavailable
from rig.figures import Figures, Record
from rig.load import Duration, Load
from rig.process import PinnedProcess
from rig.run import running_upstream
from rig.server import free_port

pytestmark = [
    pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler"),
    pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core only"),
]

BRIEF = Duration(seconds=0.1, least=4, limit=5)


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[int]:
    with running_upstream(min(os.sched_getaffinity(0)), tmp_path) as port:
        _await_listener(port)
        yield port


def _await_listener(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_every_answer_of_the_upstream_comes_whole(cell: Cell, upstream: int, tmp_path: Path) -> None:
    answers = Load(tmp_path).run(cell, upstream, {}, BRIEF)
    assert answers.errors == 0
    assert answers.requests >= BRIEF.least
    assert answers.first_word_p50_us <= answers.p50_us <= answers.p99_us
    if cell.workload is Workload.PACED:
        assert answers.p50_us > 63 * 4_000


class _Scripted(socketserver.StreamRequestHandler):
    """Answers each connection's first request with fixed bytes, and hangs up."""

    answer = b""

    def handle(self) -> None:
        self.request.recv(65536)
        self.wfile.write(self.answer)


def _reply(body: str, status: int = 200) -> bytes:
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()


WORDS = "spoken-word " * 64


@pytest.mark.parametrize(
    ("cell", "answer", "error"),
    [
        (JSON_1, _reply(WORDS), None),
        (JSON_1, _reply(WORDS, 500), "status"),
        (JSON_1, _reply(WORDS[12:]), "words are missing or doubled"),
        (JSON_1, _reply(WORDS + "spoken-word"), "words are missing or doubled"),
        (JSON_1, _reply(WORDS)[:-20], "closed before the end"),
        (replace(BURST_32, connections=1), _reply(WORDS), "no [DONE]"),
    ],
)
def test_the_load_tells_a_damaged_answer(
    cell: Cell, answer: bytes, error: str | None, tmp_path: Path
) -> None:
    handler = type("Handler", (_Scripted,), {"answer": answer})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        seen = Load(tmp_path).run(cell, server.server_address[1], {}, Duration(0.05, 1, 0.2))
        server.shutdown()
    if error is None:
        assert (seen.errors, seen.first_error) == (0, "")
        assert seen.requests > 0
    else:
        assert (seen.requests, seen.errors > 0) == (0, True)
        assert seen.first_error.startswith(error)


def test_a_port_that_nobody_listens_on_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        Load(tmp_path).run(JSON_1, free_port(), {}, BRIEF)


def test_cpu_time_counts_children_alive_and_ended_and_nothing_idle(tmp_path: Path) -> None:
    burn = "import time\nwhile time.process_time() < 0.15: pass\n"
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {burn!r}])\n"
    script = f"{burn}{child}print('done', flush=True)\ntime.sleep(60)"
    process = PinnedProcess(
        [sys.executable, "-c", script], core=min(os.sched_getaffinity(0)), log=tmp_path / "log"
    )
    try:
        while "done" not in process.last_words():
            time.sleep(0.02)
        used = process.cpu_seconds()
        assert 0.28 < used < 0.6
        time.sleep(0.1)
        assert process.cpu_seconds() - used < 0.02
        assert process.memory().rss >= process.memory().pss > 1 << 20
    finally:
        process.stop()
    assert not process.alive


def _record(cpu_us: float, per_second: float = 2000) -> Record:
    figures = Figures(cpu_us, 0.5, 1, 0.5, per_second, 0, "")
    return Record(start_seconds=1, cells=dict.fromkeys(CELLS, figures))


def test_bars_are_ratios_within_the_run() -> None:
    records = {"direct": _record(0), "litellm": _record(10_000), "bare": _record(200), "assay": _record(600)}
    met = [bar.met for bar in bars(records)]
    assert met == [False, True, False, False, True, True, True, True]
    del records["litellm"]
    assert [bar.met for bar in bars(records)][:2] == [None, None]
    records["assay"].cells[JSON_32] = replace(records["assay"].cells[JSON_32], per_second=1499)
    assert [bar.met for bar in bars(records)][4] is False


@pytest.mark.slow
def test_the_benchmark_runs_from_the_command_line() -> None:
    program = Path(__file__).parents[2] / "bench" / "gateway.py"
    done = subprocess.run(
        [sys.executable, program, "--quick", "--json", "--seconds", "0.1", "--peers", "bare"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    measured = json.loads(done.stdout)["contenders"]
    for name in ("bare", "assay", "assay-plain"):
        assert sum(cell["errors"] for cell in measured[name]["cells"].values()) == 0
        assert measured[name]["cells"]["json-32"]["cpu_us"] > 20
    assert done.returncode == 0
