"""Starts, finds and stops the gateway process of a home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import orjson

from assay.apps.network.health import Health, ask_health
from assay.apps.network.home import Home
from assay.engines.process import presence
from assay.engines.process.presence import Running
from assay.errors import AssayError

_ANSWER_SECONDS = 30.0
_MODEL_SECONDS = 120.0
_POLITE_SECONDS = 15.0
_FORCED_SECONDS = 5.0
_PAUSE_S = 0.02


class GatewayFailed(AssayError):
    """The gateway process ended before it served. ``code`` is that of its own failure, if it could say it."""

    code = "gateway_failed"


class Supervisor:
    """The one gateway process of a home."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def find(self) -> Running | None:
        """The gateway process that serves this home, whoever started it."""
        return presence.find(self._home.presence)

    def start(self, host: str, port: int) -> Running:
        """Start a gateway that outlives the caller, and wait until it answers. Raises `GatewayFailed`."""
        self._home.create()
        command = [sys.executable, "-m", "assay.apps.network.serve", "--introduce"]
        command += ["--home", str(self._home.root), "--host", host, "--port", str(port)]
        with self._home.output.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,  # a Ctrl-C at the terminal is for the supervisor to pass on
            )
        assert process.stdout is not None
        with process.stdout:
            line = process.stdout.readline()
        self._read(line)
        _wait(lambda: self.health() is not None or self.find() is None, _ANSWER_SECONDS)
        running = self.find()
        if running is None or self.health() is None:
            raise self._failed()
        return running

    def health(self) -> Health | None:
        """What the gateway says of itself; None when none runs or it does not answer."""
        running = self.find()
        return None if running is None else ask_health(running.url)

    def wait_for_models(self) -> Health | None:
        """Wait until every provider has started or failed to, and say how it went. None when the gateway is gone."""
        _wait(lambda: (health := self.health()) is None or not health.is_starting, _MODEL_SECONDS)
        return self.health()

    def wait_for_end(self) -> None:
        """Wait until no gateway serves this home."""
        while self.find() is not None:
            time.sleep(0.2)

    def stop(self, running: Running) -> bool:
        """End the gateway: politely, then by force. Whether being polite was enough."""
        for number, seconds in ((signal.SIGTERM, _POLITE_SECONDS), (signal.SIGKILL, _FORCED_SECONDS)):
            with suppress(ProcessLookupError):
                os.kill(running.pid, number)
            if _wait(lambda: self.find() is None, seconds):
                return number == signal.SIGTERM
        raise GatewayFailed(f"Process {running.pid} does not end.", hint="look at it with `ps`")

    def _read(self, line: bytes) -> None:
        """Raises what the process says that went wrong, or that it ended without a word."""
        if not line:
            raise self._failed()
        if error := orjson.loads(line).get("error"):
            failure = GatewayFailed(error["message"], hint=error["hint"])
            failure.code = error["code"]  # type: ignore[misc]  # it speaks for the process
            raise failure

    def _failed(self) -> GatewayFailed:
        return GatewayFailed(
            "The gateway ended before it served.", hint=f"its last words are in {self._home.output}"
        )


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether ``condition`` came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_S)
    return True
