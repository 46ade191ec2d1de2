"""The file that is true for as long as it is locked."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.engines.process.presence import Running, announce, announced, find, open_file

URL = "http://127.0.0.1:1"

ANNOUNCE = """
import sys, time
from pathlib import Path
from assay.engines.process.presence import announced
with announced(Path(sys.argv[1]), "http://127.0.0.1:1"):
    print(flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gateway.json"


def test_nobody_has_ever_been_here(path: Path) -> None:
    assert find(path) is None


def test_here_and_gone(path: Path) -> None:
    began = time.time()
    with announced(path, URL) as running:
        assert find(path) == running
        assert find(path) == running, "looking does not disturb"
        assert running.url == URL
        assert began <= running.since <= time.time()
    assert find(path) is None


def test_a_killed_process_is_gone_at_once(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ANNOUNCE, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert find(path) == Running(process.pid, URL, pytest.approx(time.time(), abs=30))
        process.kill()
        process.wait()
        assert find(path) is None
    assert path.read_bytes(), "what it said is still there"
    with announced(path, "http://127.0.0.1:2"):
        found = find(path)
        assert found is not None
        assert found.url == "http://127.0.0.1:2"


def test_what_two_find_at_once_is_not_each_other(path: Path) -> None:
    with announced(path, URL):
        pass
    with path.open("rb"):
        assert find(path) is find(path) is None


def test_a_child_that_inherits_the_file_is_present_for_as_long_as_it_lives(path: Path) -> None:
    with open_file(path) as file:
        child = subprocess.Popen(["sleep", "60"], pass_fds=[file.fileno()])
        running = Running(child.pid, URL, 1.0)
        announce(file, running)
    assert find(path) == running, "its parent has let go of the file"
    child.kill()
    child.wait()
    assert find(path) is None
