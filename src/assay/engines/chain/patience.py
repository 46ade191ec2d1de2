"""How long to wait between two questions: hardly at first, then longer and longer, up to a limit.

A chain of this machine answers the second question; one with a block every two seconds is not asked a hundred times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from assay.engines.chain.errors import ChainUnreachable

T = TypeVar("T")

FIRST_S = 0.002
GROWTH = 1.5
LONGEST_S = 0.25


async def until(ask: Callable[[], Awaitable[T]], seconds: float, *, longest: float = LONGEST_S) -> T | None:
    """Ask again and again until the answer is not empty; None if it still is after so many seconds.

    A node that does not answer is asked again, too. Raises whatever else ``ask`` does.
    """
    pause = FIRST_S
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                with suppress(ChainUnreachable):
                    if answer := await ask():
                        return answer
                await asyncio.sleep(pause)
                pause = min(GROWTH * pause, longest)
    return None
