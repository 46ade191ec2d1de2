"""``kill -9`` at a chosen step: before each statement that SQLite runs, before and after each message to PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from asyncio import selector_events
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from typing import Any, TypeAlias

Say: TypeAlias = Callable[[], Awaitable[None]]
Live: TypeAlias = Callable[[Callable[[], None], Say], Coroutine[Any, Any, None]]
"""What a process does: open its tables, call the first to be in danger from then on, and the second after each step."""


def killed_at(number: int, live: Live) -> tuple[int, bool]:
    """How many steps a process had done when it was killed at its ``number``-th move, and whether it was."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:

        async def say() -> None:
            os.write(writing, b".")

        async def life() -> None:
            await live(_killer(number), say)

        try:
            asyncio.run(life())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    _, status = os.waitpid(process, 0)
    with os.fdopen(reading, "rb") as said:
        steps = len(said.read())
    assert status == 0 or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL)
    return steps, status != 0


def _killer(number: int) -> Callable[[], None]:
    """Has this process killed at its ``number``-th move towards a database after what is returned was called."""
    left = count(number, -1)
    in_danger = False

    def move(*_: object) -> None:
        if in_danger and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def endanger() -> None:
        nonlocal in_danger
        in_danger = True

    connect = sqlite3.connect

    def traced(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **named)
        connection.set_trace_callback(move)
        return connection

    class Transport(selector_events._SelectorSocketTransport):  # type: ignore[name-defined, misc]
        def write(self, data: bytes) -> None:
            move()
            super().write(data)
            move()

    sqlite3.connect = traced
    selector_events._SelectorSocketTransport = Transport  # type: ignore[attr-defined]
    return endanger
