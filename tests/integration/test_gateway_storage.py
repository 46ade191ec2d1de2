"""A log that cannot be written: calls are refused and cost nothing, nothing is corrupt, and it goes on by itself."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import httpx2
import orjson
import pytest
from tests.integration.heard import HeardStream
from tests.integration.running import FUNDS, RunningGateway, chat, serving
from tests.integration.wire import CHAT, eventually
from tests.upstreams import ScriptedUpstream

from assay.trust.receipts.predicate import Outcome

FORGETS_S = 1.1
"""After this long a node that could not write a receipt lets a call try again."""


class Disk(Protocol):
    def fill(self, gateway: RunningGateway) -> None: ...

    def free(self, gateway: RunningGateway) -> None: ...


class FileSizeLimit:
    """No file of the process can grow beyond a third of a receipt; RLIMIT_FSIZE, setrlimit(2)."""

    def fill(self, gateway: RunningGateway) -> None:
        self._limit(gateway, 1000)

    def free(self, gateway: RunningGateway) -> None:
        self._limit(gateway, resource.RLIM_INFINITY)

    def _limit(self, gateway: RunningGateway, size: int) -> None:
        if gateway.process is not None:  # else the limit is gone as well
            resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class SmallDisk:
    """A file system of two megabytes with something else on it."""

    def __init__(self, path: Path) -> None:
        self._filler = path / "filler"

    def fill(self, gateway: RunningGateway) -> None:
        with suppress(OSError), self._filler.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    def free(self, gateway: RunningGateway) -> None:
        self._filler.unlink()


@pytest.fixture(params=["a file size limit", "a small disk"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "a file size limit":
        yield FileSizeLimit()
        return
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield SmallDisk(tmp_path)
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.fixture
def gateway(disk: Disk, upstream: ScriptedUpstream, tmp_path: Path) -> Iterator[RunningGateway]:
    """At the end of each test: every receipt in the log was charged, and nothing else."""
    with serving(RunningGateway(tmp_path / "home", upstream.url)) as running:
        yield running
    costs = [statement.cost for statement in running.statements()]
    assert running.balance() == FUNDS - sum(costs)


def refusal(response: httpx2.Response) -> str:
    assert response.status_code == 503, response.text
    return str(response.json()["error"]["code"])


def test_a_full_disk(gateway: RunningGateway, disk: Disk, upstream: ScriptedUpstream) -> None:
    with gateway.client() as client:
        client.post(CHAT, json=chat("before")).raise_for_status()
        disk.fill(gateway)
        upstream.journal.clear()
        codes = [refusal(client.post(CHAT, json=chat("while it is full"))) for _ in range(5)]
        assert codes == ["storage_full"] * 5
        assert len(upstream.journal.exchanges) <= 1, "no work is done that could not be receipted"
        health = client.get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "degraded")
        assert health.json()["reason"] == "storage_full"
        assert client.get("/v1/models").status_code == 200

        disk.free(gateway)
        eventually(lambda: client.get("/health").status_code == 200)
        client.post(CHAT, json=chat("after")).raise_for_status()
    gateway.stop()
    assert len(gateway.statements()) == 2


def test_a_disk_that_fills_during_a_stream(
    gateway: RunningGateway, disk: Disk, upstream: ScriptedUpstream
) -> None:
    """What the client has it keeps, without a receipt and for nothing; it is told so in the stream."""
    with gateway.client() as client:
        with client.stream("POST", CHAT, json=chat("!!slow 8 40", stream=True)) as response:
            pieces = response.iter_raw()
            received = next(pieces)
            disk.fill(gateway)
            heard = HeardStream(received + b"".join(pieces))
        assert heard.delivery is None
        assert orjson.loads(heard.chunks[-1].removeprefix(b"data: "))["error"]["code"] == "storage_full"
        assert b"[DONE]" not in b"".join(heard.chunks)
        eventually(lambda: upstream.journal.last.finished or upstream.journal.last.abandoned)
        disk.free(gateway)
    gateway.stop()
    assert gateway.statements() == []


def test_a_stream_that_breaks_on_a_full_disk(
    gateway: RunningGateway, disk: Disk, upstream: ScriptedUpstream
) -> None:
    """Two misfortunes at once: the provider breaks off, and there is no room to say so in a receipt."""
    with gateway.client() as client:
        with client.stream("POST", CHAT, json=chat("!!slow 8 40\n!!half", stream=True)) as response:
            pieces = response.iter_raw()
            received = next(pieces)
            disk.fill(gateway)
            heard = HeardStream(received + b"".join(pieces))
        assert heard.delivery is None
        assert orjson.loads(heard.chunks[-1].removeprefix(b"data: "))["error"]["code"] == "storage_full"

        disk.free(gateway)
        time.sleep(FORGETS_S)
        heard = HeardStream(client.post(CHAT, json=chat("again", stream=True)).content)
        assert heard.statement.answer.outcome is Outcome.COMPLETED


def test_a_client_that_leaves_on_a_full_disk(
    gateway: RunningGateway, disk: Disk, upstream: ScriptedUpstream
) -> None:
    with gateway.client() as client:
        with client.stream("POST", CHAT, json=chat("!!slow 8 1\n!!stall", stream=True)) as response:
            next(response.iter_raw())
            disk.fill(gateway)
        upstream.journal.wait_abandoned(upstream.journal.last)
        disk.free(gateway)
        time.sleep(FORGETS_S)
        client.post(CHAT, json=chat("again")).raise_for_status()


def test_a_node_that_stops_on_a_full_disk(gateway: RunningGateway, disk: Disk) -> None:
    with gateway.client() as client:
        client.post(CHAT, json=chat("before")).raise_for_status()
        disk.fill(gateway)
        assert client.post(CHAT, json=chat("while it is full")).status_code == 503
    gateway.stop()
    disk.free(gateway)
    assert len(gateway.statements()) == 1


def test_a_log_that_cannot_be_integrated(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    """Receipts go on waiting in the journal, but no further ones are promised."""
    tiles, away = tmp_path / "home" / "log" / "tile", tmp_path / "away"
    with serving(RunningGateway(tmp_path / "home", upstream.url)) as gateway, gateway.client() as client:
        first = client.post(CHAT, json=chat("first")).headers["assay-receipt"]
        eventually(lambda: client.get(f"/v1/receipts/{first}/proof").status_code == 200)
        tiles.rename(away)
        waiting = client.post(CHAT, json=chat("second")).headers["assay-receipt"]
        eventually(lambda: client.get("/health").status_code == 503)
        assert client.get("/health").json()["reason"] == "log_unavailable"
        assert refusal(client.post(CHAT, json=chat("third"))) == "log_unavailable"
        assert client.get(f"/v1/receipts/{waiting}").json()["log"]["status"] == "pending"

        away.rename(tiles)
        eventually(lambda: client.get("/health").status_code == 200)
        assert client.get(f"/v1/receipts/{waiting}").json()["log"]["status"] == "logged"
    assert len(gateway.statements()) == 2
