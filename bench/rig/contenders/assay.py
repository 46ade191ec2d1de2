"""Assay's gateway as `assay up` serves it, one worker: account and budget, receipt, log. And without receipts."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from assay.apps.network.home import Home
from assay.apps.network.node import utc_now
from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.accounts.sqlite import SqliteLedger
from rig.cell import Workload
from rig.contender import EVERYTHING, Launch
from rig.places import PROGRAMS

_BALANCE = 10**15
"""Micro-USD; no call of a run may be refused for want of money."""

# A provider called `local` takes the place of the carried model, which a pass-through does not need.
PROVIDER = """
[[providers]]
name = "local"
kind = "compatible"
base_url = "http://127.0.0.1:{upstream}/v1"
"""

MODEL = """
[[models]]
id = "{model}"
targets = ["local:{model}"]
price = {{ input = 2_000_000, output = 8_000_000 }}
"""


class Assay:
    """``receipts=False``: the same admission, routing and provider client, with nothing hashed, signed or logged."""

    workloads = EVERYTHING

    def __init__(self, *, receipts: bool) -> None:
        self.name = "assay" if receipts else "assay-plain"
        serve = ("-m", "assay.apps.network.serve") if receipts else (PROGRAMS / "assay_plain.py",)
        self._command: tuple[str | Path, ...] = (sys.executable, *serve)

    def prepare(self) -> None:
        pass

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        home = Home(scratch / "home")
        home.create()
        models = (MODEL.format(model=workload.model) for workload in Workload)
        home.catalogue.write_text(PROVIDER.format(upstream=upstream) + "".join(models))
        return Launch(
            command=(*self._command, "--home", home.root, "--port", str(port)),
            port=port,
            headers={"authorization": f"Bearer {open_account(home)}"},
        )


def open_account(home: Home) -> str:
    """The API key of a new account, made before the node runs."""
    return asyncio.run(_open_account(home))


async def _open_account(home: Home) -> str:
    ledger = SqliteLedger(home.ledger)
    try:
        return await open_with_play_money(ledger, "bench", _BALANCE, utc_now())
    finally:
        await ledger.aclose()
