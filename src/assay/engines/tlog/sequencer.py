"""Integrates a log in the background, so that appending never waits."""

from __future__ import annotations

import asyncio
import logging
from types import TracebackType
from typing import Self

from assay.engines.tlog.errors import LogError
from assay.engines.tlog.log import Log

logger = logging.getLogger(__name__)


class Sequencer:
    """Runs :meth:`Log.integrate` in a worker thread every ``interval`` seconds while entries are pending.

    Use it as an asynchronous context manager around the life of the log; leaving it integrates once more.
    A failure is kept in ``failure`` until the next success: nothing is lost by it, since pending entries
    wait in the journal.
    """

    def __init__(self, log: Log, *, interval: float = 1.0) -> None:
        self._log = log
        self._interval = interval
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.failure: LogError | OSError | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="tlog-sequencer")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._task is not None:
            await self._task

    async def integrate(self) -> None:
        """Integrate now what is pending."""
        if self._log.size == self._log.integrated:
            return
        try:
            await asyncio.to_thread(self._log.integrate)
        except (LogError, OSError) as failure:
            self.failure = failure
            logger.error("the log could not be integrated: %s", failure)
        else:
            self.failure = None

    async def _run(self) -> None:
        leaving = False
        while not leaving:
            try:
                async with asyncio.timeout(self._interval):
                    leaving = await self._stop.wait()
            except TimeoutError:
                pass
            await self.integrate()
