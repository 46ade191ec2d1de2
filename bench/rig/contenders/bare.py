"""The least that a receipting pass-through in Python can cost: `programs/bare_passthrough.py`."""

from __future__ import annotations

import sys
from pathlib import Path

from rig.contender import EVERYTHING, Launch
from rig.places import PROGRAMS


class BarePassThrough:
    name = "bare"
    workloads = EVERYTHING

    def prepare(self) -> None:
        pass

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        return Launch(
            command=(sys.executable, PROGRAMS / "bare_passthrough.py", str(port), str(upstream)), port=port
        )
