"""Work that needs the network now and then, written once for threads and for event loops.

Such work is a generator: it yields what it needs and is sent the answer, so that its rules hold no I/O.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask for the body at ``path`` of the gateway; answered by None unless there is one."""

    path: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait; answered by None."""

    seconds: float


Steps = Generator[Fetch | Pause, bytes | None, T]


def run(steps: Steps[T], fetch: Callable[[str], bytes | None]) -> T:
    """Do the work, blocking."""
    answer: bytes | None = None
    try:
        while True:
            step = steps.send(answer)
            if isinstance(step, Fetch):
                answer = fetch(step.path)
            else:
                time.sleep(step.seconds)
                answer = None
    except StopIteration as end:
        result: T = end.value
        return result


async def run_async(steps: Steps[T], fetch: Callable[[str], Awaitable[bytes | None]]) -> T:
    """Do the work on the event loop."""
    answer: bytes | None = None
    try:
        while True:
            step = steps.send(answer)
            if isinstance(step, Fetch):
                answer = await fetch(step.path)
            else:
                await asyncio.sleep(step.seconds)
                answer = None
    except StopIteration as end:
        result: T = end.value
        return result
