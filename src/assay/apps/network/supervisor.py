"""Starts, finds and stops the gateway process of a home."""

from __future__ import annotations

import time

from assay.apps.network.health import Health, ask_health
from assay.apps.network.home import Home
from assay.engines.process import presence
from assay.engines.process.launch import LaunchFailed, end, launch, wait_until
from assay.engines.process.presence import Running

_ANSWER_SECONDS = 30.0
_MODEL_SECONDS = 120.0


class Supervisor:
    """The one gateway process of a home."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def find(self) -> Running | None:
        """The gateway process that serves this home, whoever started it."""
        return presence.find(self._home.presence)

    def start(self, host: str, port: int) -> Running:
        """Start a gateway that outlives the caller, and wait until it answers. Raises `LaunchFailed`."""
        self._home.create()
        arguments = ["--introduce", "--home", str(self._home.root), "--host", host, "--port", str(port)]
        launch("assay.apps.network.serve", arguments, self._home.output)
        wait_until(lambda: self.health() is not None or self.find() is None, _ANSWER_SECONDS)
        running = self.find()
        if running is None or self.health() is None:
            raise LaunchFailed(
                "The gateway does not answer.", hint=f"its last words are in {self._home.output}"
            )
        return running

    def health(self) -> Health | None:
        """What the gateway says of itself; None when none runs or it does not answer."""
        running = self.find()
        return None if running is None else ask_health(running.url)

    def wait_for_models(self) -> Health | None:
        """Wait until every provider has started or failed to, and say how it went. None when the gateway is gone."""
        wait_until(lambda: (health := self.health()) is None or not health.is_starting, _MODEL_SECONDS)
        return self.health()

    def wait_for_end(self) -> None:
        """Wait until no gateway serves this home."""
        while self.find() is not None:
            time.sleep(0.2)

    def stop(self, running: Running) -> bool:
        """End the gateway: politely, then by force. Whether being polite was enough. Raises `ProcessUnending`."""
        return end(running.pid, lambda: self.find() is None)
