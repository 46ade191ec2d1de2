"""The least that a receipting pass-through in Python can cost: `bench/bare_passthrough.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from rig.contender import EVERYTHING, Launch
from rig.places import BENCH


class BarePassThrough:
    name = "bare"
    workloads = EVERYTHING

    def prepare(self) -> None:
        pass

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        return Launch(
            command=(sys.executable, BENCH / "bare_passthrough.py", str(port), str(upstream)), port=port
        )
