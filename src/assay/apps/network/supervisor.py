"""Starts, finds and stops the gateway process of a home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from assay.apps.network.home import Home
from assay.errors import AssayError

_START_SECONDS = 30.0
_STOP_SECONDS = 15.0


class StartFailed(AssayError):
    """The gateway process ended before it listened."""

    code = "start_failed"


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway process and where it listens."""

    pid: int
    url: str


class Supervisor:
    """The one gateway process of a home; ``gateway.json`` there says which."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._record = home.root / "gateway.json"
        self.output = home.root / "gateway.log"
        """What the gateway writes: warnings and errors, never content."""

    def find(self) -> Running | None:
        """The running gateway, if its process lives and answers."""
        running = self._recorded()
        return running if running is not None and _lives(running.pid) and self.health(running) else None

    def health(self, running: Running) -> dict[str, object] | None:
        """What ``/health`` says; None when nothing answers."""
        try:
            with urllib.request.urlopen(f"{running.url}/health", timeout=3) as response:  # noqa: S310 - loopback
                health: dict[str, object] = json.load(response)
                return health
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def start(self, host: str, port: int) -> Running:
        """Start a gateway that outlives the caller, and wait until it listens. Raises `StartFailed`."""
        self._home.create()
        command = [sys.executable, "-m", "assay.apps.network.serve", "--home", str(self._home.root)]
        command += ["--host", host, "--port", str(port)]
        with self.output.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,
                text=True,
            )
        assert process.stdout is not None
        with process.stdout:
            line = process.stdout.readline()
        if not line:
            raise StartFailed("The gateway ended before it listened.", hint=_last_line(self.output))
        running = Running(process.pid, json.loads(line)["url"])
        self._record.write_text(json.dumps({"pid": running.pid, "url": running.url}))
        self._wait_until_healthy(running)
        return running

    def stop(self, running: Running) -> None:
        """End the gateway: politely, then by force."""
        _signal(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _lives(running.pid):
            if time.monotonic() > deadline:
                _signal(running.pid, signal.SIGKILL)
            time.sleep(0.05)
        self._record.unlink(missing_ok=True)

    @contextmanager
    def attached(self, running: Running) -> Iterator[None]:
        """Stop the gateway when the block ends, however it ends."""
        try:
            yield
        finally:
            self.stop(running)

    def _recorded(self) -> Running | None:
        try:
            value = json.loads(self._record.read_text())
            return Running(int(value["pid"]), str(value["url"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _wait_until_healthy(self, running: Running) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while self.health(running) is None:
            if not _lives(running.pid) or time.monotonic() > deadline:
                raise StartFailed("The gateway does not answer.", hint=_last_line(self.output))
            time.sleep(0.02)


def _lives(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"see {path}"
