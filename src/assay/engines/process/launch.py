"""Processes of ours that outlive whoever starts them: started, heard out, and ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import orjson

from assay.errors import AssayError

_POLITE_SECONDS = 15.0
_FORCED_SECONDS = 5.0
_PAUSE_S = 0.02


class LaunchFailed(AssayError):
    """A process ended before it served. ``code`` is that of its own failure, if it could say it."""

    code = "launch_failed"


class ProcessUnending(AssayError):
    """A process does not end, not even by force."""

    code = "process_unending"
    hint = "look at it with `ps`; it may be waiting for a disk"


def launch(module: str, arguments: Sequence[str], output: Path) -> None:
    """Run ``python -m module`` and wait for its one line, which is `say_ready`'s or `say_failed`'s.

    What else it writes goes to the end of ``output``. Raises `LaunchFailed`.
    """
    with output.open("ab") as file:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=file,
            start_new_session=True,  # a Ctrl-C at the terminal is for whoever started it to pass on
        )
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
    if not line:
        raise LaunchFailed("The process ended before it served.", hint=f"its last words are in {output}")
    if error := orjson.loads(line).get("error"):
        failure = LaunchFailed(error["message"], hint=error["hint"])
        failure.code = error["code"]  # type: ignore[misc]  # it speaks for the process
        raise failure


def say_ready(url: str) -> None:
    """For the process: it listens at ``url``."""
    _say({"url": url, "pid": os.getpid()})


def say_failed(error: AssayError) -> None:
    """For the process: it does not serve, and why."""
    _say({"error": {"code": error.code, "message": error.message, "hint": error.hint}})


def end(pid: int, is_gone: Callable[[], bool]) -> bool:
    """End a process: politely, then by force. Whether being polite was enough. Raises `ProcessUnending`."""
    for number, seconds in ((signal.SIGTERM, _POLITE_SECONDS), (signal.SIGKILL, _FORCED_SECONDS)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(is_gone, seconds):
            return number == signal.SIGTERM
    raise ProcessUnending(f"Process {pid} does not end.")


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether ``condition`` came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True


def _say(line: dict[str, object]) -> None:
    print(orjson.dumps(line).decode(), flush=True)
