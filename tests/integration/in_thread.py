"""A gateway in a thread of the test, for what a process of its own cannot be told: another clock, shorter deadlines."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import httpx2
import uvicorn

from assay.apps.network.home import Home
from assay.apps.network.impatience import ImpatientProtocol
from assay.apps.network.node import Node, utc_now
from assay.engines.tlog.log import Log


class GatewayThread(threading.Thread):
    """Serves the node of ``home`` inside the ``with`` block; the node's tables are bound to the thread."""

    def __init__(
        self,
        home: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        protocol: type[ImpatientProtocol] = ImpatientProtocol,
        grace: int | None = None,
    ) -> None:
        """``grace`` is how many seconds calls under way have when the block ends; for ever by default."""
        super().__init__(daemon=True)
        self._home = Home(home)
        self._clock = clock
        self._protocol = protocol
        self._grace = grace
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._server: uvicorn.Server | None = None
        self._node: Node | None = None

    def run(self) -> None:
        self._node = Node.open(self._home, {}, self._clock)
        config = uvicorn.Config(
            self._node.gateway,
            http=self._protocol,
            ws="none",
            lifespan="on",
            log_level="warning",
            timeout_graceful_shutdown=self._grace,
        )
        self._server = uvicorn.Server(config)
        self._server.run([self._listener])

    @property
    def log(self) -> Log:
        assert self._node is not None
        return self._node.log

    def __enter__(self) -> GatewayThread:
        self.start()
        httpx2.get(f"{self.url}/health").raise_for_status()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self.join(10)
