"""Nothing in between: what the load and the upstream cost by themselves."""

from __future__ import annotations

from pathlib import Path

from rig.contender import EVERYTHING, Launch


class Direct:
    name = "direct"
    workloads = EVERYTHING

    def prepare(self) -> None:
        pass

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        return Launch(command=(), port=upstream)
