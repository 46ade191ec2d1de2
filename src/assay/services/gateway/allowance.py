"""How often something costly may be asked for: some at once, and then so many a second (a token bucket)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime


class Allowance:
    """Starts full, and fills again as time passes."""

    def __init__(self, burst: int, per_second: float, clock: Callable[[], datetime]) -> None:
        self._burst = burst
        self._per_second = per_second
        self._clock = clock
        self._left = float(burst)
        self._counted = clock()

    def take(self) -> bool:
        """Whether one more may be had now."""
        now = self._clock()
        passed = max(0.0, (now - self._counted).total_seconds())
        self._left = min(self._burst, self._left + passed * self._per_second)
        self._counted = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
