"""How often somebody may ask: so many times in a row, and from then on so many times a second."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final

from assay.services.payments.facilitator.errors import AskedTooOften

_MOST: Final = 10_000
"""Of those who ask, how many are remembered."""


class Pace:
    """Counts by whatever name it is given, such as an address."""

    def __init__(self, in_a_row: int, per_second: float, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds since whenever."""
        self._in_a_row = in_a_row
        self._per_second = per_second
        self._clock = clock
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def keep(self, name: str) -> None:
        """Count one more. Raises `AskedTooOften`, and does not count it then."""
        now = self._clock()
        # When everything asked for so far would be done at the even pace: it may be so much ahead of the clock.
        done = max(self._free_at.get(name, now), now) + 1 / self._per_second
        ahead = done - now - self._in_a_row / self._per_second
        if ahead > 0:
            raise AskedTooOften(ahead)
        self._free_at[name] = done
        self._free_at.move_to_end(name)
        if len(self._free_at) > _MOST:
            self._free_at.popitem(last=False)
