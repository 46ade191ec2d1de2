"""Whether a process serves here, and where: a file that is locked for as long as what it says is true.

A process lets go of its locks however it dies. So what a killed one left behind is told from what a running one
says without asking whether some process has that number; it may be another program's by now.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import orjson


@dataclass(frozen=True, slots=True)
class Running:
    """A process, where it listens, and since when (Unix seconds)."""

    pid: int
    url: str
    since: float


@contextmanager
def announced(path: Path, url: str) -> Iterator[Running]:
    """Say in the file at ``path`` that this process serves at ``url``, for as long as the block runs.

    Only a process that holds some other lock may announce itself: that is what keeps two from doing so at once.
    """
    running = Running(os.getpid(), url, time.time())
    with open_file(path) as file:
        announce(file, running)
        yield running


def open_file(path: Path) -> BinaryIO:
    """The file that `announce` will write, for its owner's eyes only."""
    return open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")


def announce(file: BinaryIO, running: Running) -> None:
    """Write and lock ``file``. The lock belongs to whoever holds the file open: a child that inherits it, too."""
    # Written before it is locked: whoever finds it locked reads what is true.
    file.truncate()
    file.write(orjson.dumps(asdict(running)))
    file.flush()
    fcntl.flock(file, fcntl.LOCK_EX)


def find(path: Path) -> Running | None:
    """The process that the file at ``path`` speaks of, if it runs."""
    try:
        with path.open("rb") as file:
            return None if _is_unlocked(file.fileno()) else Running(**orjson.loads(file.read()))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None


def _is_unlocked(descriptor: int) -> bool:
    try:
        # Shared, so that two who look at once do not take each other for the process.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
