"""A door into a parser: what is handed in by it, and what must not come out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from assay.trust.evidence import EvidenceError

MAX_SECONDS: Final = 1.0
"""Of processor time for one input."""


class Believed(AssertionError):
    """Bytes that nobody signed were believed."""


class TooSlow(AssertionError):
    """One input kept the processor busy for longer than `MAX_SECONDS`."""


@dataclass(frozen=True)
class Door:
    """One way in."""

    name: str
    enter: Callable[[bytes], object]
    """What becomes of the bytes handed in, or None if nothing; it may raise an `EvidenceError` and nothing else."""
    seeds: Sequence[bytes]
    """What is well, to start from."""
    sealed: bool = False
    """Whether signatures cover all that matters: then nothing may come of any bytes but what comes of the seeds."""

    def outcome(self, data: bytes) -> object:
        """What becomes of ``data``; None if it is refused."""
        try:
            return self.enter(data)
        except EvidenceError:
            return None


class House:
    """A family's doors. The first byte of an input says by which one the rest goes in."""

    def __init__(self, doors: Sequence[Door]) -> None:
        self.doors = doors
        self.slowest = 0.0
        """Seconds of processor time, of the slowest input so far."""
        self._outcomes = [[door.outcome(seed) for seed in door.seeds] for door in doors]

    @property
    def seeds(self) -> list[bytes]:
        return [bytes([number]) + seed for number, door in enumerate(self.doors) for seed in door.seeds]

    def hand_in(self, data: bytes) -> None:
        """Raises whatever came out that must not."""
        number = (data[0] if data else 0) % len(self.doors)
        began = time.process_time()
        outcome = self.doors[number].outcome(data[1:])
        seconds = time.process_time() - began
        self.slowest = max(self.slowest, seconds)
        if seconds > MAX_SECONDS:
            raise TooSlow(f"{seconds:.1f} s behind the door {self.doors[number].name!r}")
        if self.doors[number].sealed and outcome is not None and outcome not in self._outcomes[number]:
            raise Believed(f"behind the door {self.doors[number].name!r}: {outcome}")
