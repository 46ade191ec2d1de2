"""The nodes under measurement, each a process of its own: one that is paid, and one whose meter lets everybody in."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from assay.apps.network.home import Home
from assay.engines.chain.local import CHAIN_ID
from paid.town import Town
from rig.cell import Workload
from rig.contender import Unavailable
from rig.contenders.assay import MODEL, PROVIDER, open_account
from rig.places import PROGRAMS
from rig.process import PinnedProcess
from rig.server import PATIENCE_SECONDS, free_port

_PAYMENTS = """
[payments]
rpc = "{url}"
chain_id = {chain_id}
opg_usd = "0.10"
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A node that listens."""

    port: int
    process: PinnedProcess
    key: str = ""
    """Of an account there."""


@contextmanager
def paid_node(town: Town, upstream: int, core: int) -> Iterator[Served]:
    """Paid over the town's chain, and from accounts."""
    settings = _PAYMENTS.format(url=town.url, chain_id=CHAIN_ID)
    _furnish(town.home, upstream, settings)
    key = open_account(town.home)
    with _serving(town.home, core, "-m", "assay.apps.network.serve") as served:
        yield replace(served, key=key)


@contextmanager
def free_node(scratch: Path, upstream: int, core: int) -> Iterator[Served]:
    """Its meter lets everybody in."""
    home = Home(scratch / "free")
    _furnish(home, upstream)
    with _serving(home, core, PROGRAMS / "assay_free.py") as served:
        yield served


def _furnish(home: Home, upstream: int, settings: str = "") -> None:
    home.create()
    models = (MODEL.format(model=workload.model) for workload in Workload)
    home.catalogue.write_text(PROVIDER.format(upstream=upstream) + "".join(models) + settings)


@contextmanager
def _serving(home: Home, core: int, *program: str | Path) -> Iterator[Served]:
    port = free_port()
    command = (sys.executable, *program, "--home", home.root, "--port", str(port))
    process = PinnedProcess(command, core=core, log=home.root / "bench.log")
    try:
        _await(process, port)
        yield Served(port, process)
    finally:
        process.stop()


def _await(process: PinnedProcess, port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.alive:
        caller = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            caller.request("GET", "/health")
            if caller.getresponse().status == 200:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            caller.close()
        time.sleep(0.02)
    raise Unavailable(f"a node did not start:\n{process.last_words()}")
