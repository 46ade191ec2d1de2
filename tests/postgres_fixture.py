"""A PostgreSQL server of the tests' own, on a Unix socket; `scripts/setup-postgres` installs its programs."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

_DEBIAN = Path("/usr/lib/postgresql")
_START_SECONDS = 30
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # the tests kill clients, and never this machine
    "max_connections": "60",
    "shared_buffers": "16MB",
}


class Postgres:
    """A server that runs. Every test gets a schema of its own in it."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._numbers = count()

    @property
    def url(self) -> str:
        """Of the database itself."""
        return f"postgresql:///postgres?user=postgres&host={self._socket}"

    async def fresh(self) -> str:
        """URL of an empty schema."""
        name = f"s{os.getpid()}_{next(self._numbers)}"
        session = await asyncpg.connect(self.url)
        await session.execute(f"CREATE SCHEMA {name}")
        await session.close()
        return f"{self.url}&search_path={name}"

    async def quiet(self) -> None:
        """Wait until the server is done with whatever clients asked that are no more."""
        session = await asyncpg.connect(self.url)
        others = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = $1 AND pid <> pg_backend_pid()"
        while await session.fetchval(others, "client backend"):
            await asyncio.sleep(0.002)
        await session.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not here; scripts/setup-postgres installs it")
    directory = Path(tempfile.mkdtemp(prefix="assay-postgres-"))
    who = _somebody_else(directory)
    data = directory / "data"
    try:
        subprocess.run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "--locale=C",
                "-E",
                "UTF8",
                "-N",
            ],
            check=True,
            capture_output=True,
            **who,
        )
        settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
        with (directory / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, "-k", directory, *settings],
                stdout=log,
                stderr=log,
                **who,
            )
        try:
            _wait_for([programs / "pg_isready", "-q", "-h", directory], server)
            yield Postgres(directory)
        finally:
            server.send_signal(signal.SIGINT)  # a "fast" shutdown
            server.wait()
    finally:
        shutil.rmtree(directory)


def _programs() -> Path | None:
    """Where initdb and postgres are: the newest of Debian's, or wherever the PATH leads."""
    for initdb in sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: -int(path.parts[-3])):
        return initdb.parent
    found = shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


def _somebody_else(directory: Path) -> dict[str, Any]:
    """PostgreSQL does not run as root: run it as nobody, then."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(directory, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": directory}


def _wait_for(ready: list[str | Path], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while subprocess.run(ready, check=False).returncode:
        assert server.poll() is None, "the server did not start"
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.05)
