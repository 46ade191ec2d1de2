"""Leave a failing target alone for a while, then ask it once before trusting it again."""

from __future__ import annotations

from dataclasses import dataclass

from assay.engines.inference.catalogue import Target
from assay.engines.inference.provider import ProviderError

REMEMBERED = 1024
"""Failing targets kept in mind. Callers choose model names, so there is no other bound on their number."""


class CircuitOpen(ProviderError):
    """The target failed too often of late and is left alone for a while."""

    code = "provider_circuit_open"
    retryable = True
    hint = "try again in a moment, or give the model a second target to fall back to"


@dataclass(slots=True)
class _Trouble:
    failures: int = 0
    """In a row."""
    until: float = 0.0
    """When the target may be asked again."""
    probing: bool = False


class CircuitBreaker:
    """Opens for a target after ``threshold`` failures in a row; ``rest`` seconds on, one call may probe it.

    Only targets in trouble take memory. Times are those of one monotonic clock, in seconds.
    """

    __slots__ = ("_rest", "_threshold", "_troubles")

    def __init__(self, threshold: int, rest: float) -> None:
        self._threshold = threshold
        self._rest = rest
        self._troubles: dict[Target, _Trouble] = {}

    def admits(self, target: Target, now: float) -> bool:
        """Whether a call may ask the target now. After a yes, one of the three reports below is due."""
        trouble = self._troubles.get(target)
        if trouble is None or trouble.failures < self._threshold:
            return True
        if trouble.probing or now < trouble.until:
            return False
        trouble.probing = True
        return True

    def succeeded(self, target: Target) -> None:
        self._troubles.pop(target, None)

    def failed(self, target: Target, now: float) -> None:
        trouble = self._troubles.setdefault(target, _Trouble())
        trouble.failures += 1
        trouble.until = now + self._rest
        trouble.probing = False
        if len(self._troubles) > REMEMBERED:
            del self._troubles[next(iter(self._troubles))]

    def abandoned(self, target: Target) -> None:
        """The call ended without telling anything, because the caller left."""
        trouble = self._troubles.get(target)
        if trouble is not None:
            trouble.probing = False
