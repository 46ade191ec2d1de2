"""Assay's gateway, one worker, with a key check and the log; with receipts and without."""

from __future__ import annotations

from pathlib import Path

from rig.contender import EVERYTHING, Launch, Unavailable


class Assay:
    workloads = EVERYTHING

    def __init__(self, *, receipts: bool) -> None:
        self.name = "assay" if receipts else "assay-plain"
        self._receipts = receipts

    def prepare(self) -> None:
        raise Unavailable("the gateway is not built yet")

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        raise Unavailable("the gateway is not built yet")
