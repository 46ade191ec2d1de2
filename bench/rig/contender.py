"""What stands between the load and the upstream, seen from the outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rig.cell import Workload


class Unavailable(Exception):
    """A contender, or the rig itself, cannot run on this machine; the message is the reason to print."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a contender, and how to call it."""

    command: tuple[str | Path, ...]
    """Empty: there is nothing to start, the port is somebody else's."""
    port: int
    """On 127.0.0.1."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of the benchmark's own."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What a caller must send."""


class Contender(Protocol):
    """A way from the load to the upstream."""

    name: str
    workloads: frozenset[Workload]
    """What it is asked for here."""

    def prepare(self) -> None:
        """Install what is missing; quick when nothing is. Raises `Unavailable`."""

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        """Configure it to listen on ``port`` forwarding to the upstream's, its files in ``scratch``."""


EVERYTHING = frozenset(Workload)
