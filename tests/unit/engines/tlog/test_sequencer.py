from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from assay.engines.tlog import Log, LogCorruptError, Sequencer

Opener = Callable[[], Log]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_entries_are_integrated_in_the_background(open_log: Opener) -> None:
    log = open_log()
    async with Sequencer(log, interval=0.01):
        for number in range(3):
            index = log.append(b"entry %d" % number)
            assert log.prove(index) is None
            await until(lambda: log.integrated == log.size)
            assert log.prove(index) is not None


async def test_leaving_integrates_what_is_pending(open_log: Opener) -> None:
    log = open_log()
    async with Sequencer(log, interval=3600):
        log.append(b"entry")
    assert log.integrated == 1


async def test_a_proof_can_be_had_at_once(open_log: Opener) -> None:
    log = open_log()
    async with Sequencer(log, interval=3600) as sequencer:
        index = log.append(b"entry")
        await sequencer.integrate()
        assert log.prove(index) is not None


async def test_a_failure_is_kept_until_the_next_success(open_log: Opener, tmp_path: Path) -> None:
    log = open_log()
    log.append(b"zero")
    log.integrate()
    async with Sequencer(log, interval=0.01) as sequencer:
        shutil.move(tmp_path / "tile", tmp_path / "elsewhere")
        log.append(b"one")
        await until(lambda: isinstance(sequencer.failure, LogCorruptError))
        assert log.integrated == 1
        shutil.move(tmp_path / "elsewhere", tmp_path / "tile")
        await until(lambda: sequencer.failure is None)
        assert log.integrated == 2
