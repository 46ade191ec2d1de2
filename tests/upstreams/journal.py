"""What reached the upstream, byte for byte, and how each exchange ended.

Times are `time.monotonic` seconds; on Linux they compare across processes.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Exchange:
    """One request and what became of its answer."""

    method: str
    path: str
    """With the query string."""
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes
    arrived: float = field(default_factory=time.monotonic)
    status: int = 0
    events_sent: int = 0
    finished: float | None = None
    """When the answer was complete."""
    abandoned: float | None = None
    """When the client was seen to have left before the answer was complete."""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def as_dict(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": self.path,
            "headers": dict(self.headers),
            "body": base64.b64encode(self.body).decode(),
            "arrived": self.arrived,
            "status": self.status,
            "events_sent": self.events_sent,
            "finished": self.finished,
            "abandoned": self.abandoned,
        }


class Journal:
    """All exchanges since the start or the last `clear`, oldest first."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self._failures: dict[str, int] = {}

    @property
    def last(self) -> Exchange:
        return self.exchanges[-1]

    def clear(self) -> None:
        self.exchanges.clear()
        self._failures.clear()

    def open(self, exchange: Exchange) -> Exchange:
        self.exchanges.append(exchange)
        return exchange

    def count_failure(self, message: str) -> int:
        """How often this message has been failed, this time included."""
        self._failures[message] = self._failures.get(message, 0) + 1
        return self._failures[message]

    def wait_abandoned(self, exchange: Exchange, timeout: float = 2.0) -> float:
        """Block until the client of ``exchange`` has left; return when. Raises `TimeoutError`."""
        deadline = time.monotonic() + timeout
        while exchange.abandoned is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the client of {exchange.path} is still connected after {timeout} s")
            time.sleep(0.005)
        return exchange.abandoned
