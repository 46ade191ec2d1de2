"""The local engine's process as its parent sees it: started once, started again whenever it dies."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from assay.engines.inference.local.readiness import Ready, Unable, read_line
from assay.engines.inference.provider import ProviderUnreachable

_INHERITED = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "TMPDIR")
"""Environment variables the process may see. The keys of hosted providers are among the others."""

_BRIEF_SPINS = {"GOMP_SPINCOUNT": "1000"}
"""How often a thread of libgomp looks at a barrier before it sleeps. Its default of 300,000 cost nine tenths
of the speed when anything else ran on the machine; not spinning at all cost two thirds when nothing did."""

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 60.0
"""A process that lived this long did not die of its start: the next pause is short again."""


class EngineProcess:
    """Keeps one ``python -m assay.engines.inference.local`` alive. Must be used from one event loop."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.gettempdir()) / f"assay-{secrets.token_hex(8)}"
        """Holds the sockets; made at the start, and only this user may enter it."""
        self._ready: Ready | None = None
        self._reason = ProviderUnreachable("the local engine has not been started")
        self._settled = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> Ready:
        """Start it if nobody has, and wait until the first start has ended one way or the other.

        Raises `ProviderUnreachable` while it is down.
        """
        if self._keeper is None:
            self.directory.mkdir(mode=0o700)
            self._keeper = asyncio.create_task(self._keep_alive())
        await self._settled.wait()
        return self.ready()

    def ready(self) -> Ready:
        """What the running process said of itself. Raises `ProviderUnreachable` while it is down."""
        if self._ready is None:
            raise self._reason
        return self._ready

    async def aclose(self) -> None:
        """End the process and take its sockets away. Safe to call twice."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        shutil.rmtree(self.directory, ignore_errors=True)

    async def _keep_alive(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = _FIRST_PAUSE_S
        while True:
            began = clock()
            hopeless = await self._run()
            self._settled.set()
            if hopeless:
                return
            if clock() - began > _STEADY_S:
                pause = _FIRST_PAUSE_S
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)

    async def _run(self) -> bool:
        """One life of the process, to its end. True when another one would be no better."""
        process = await self._spawn()
        try:
            assert process.stdout is not None
            said = read_line(await process.stdout.readline())
            if isinstance(said, Unable):
                self._reason = ProviderUnreachable(said.message, hint=said.hint)
                return True
            self._ready = said
            self._settled.set()
            await process.wait()
            self._reason = ProviderUnreachable("the local engine died and is starting again")
        except ProviderUnreachable as failure:
            self._reason = failure
        finally:
            self._ready = None
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return False

    async def _spawn(self) -> Process:
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "assay.engines.inference.local", str(self.directory)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,  # llama.cpp writes there what it cannot make of a schema, which is a caller's
            env=environment | _BRIEF_SPINS,
            start_new_session=True,  # a Ctrl+C at the terminal is for the parent to answer
        )
