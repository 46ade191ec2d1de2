"""The verifier's answer: a level, and one line for each check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How much a verified answer is worth. The names are frozen; `rank` orders them."""

    REJECTED = "REJECTED"
    UNVERIFIED = "UNVERIFIED"
    SIGNED = "SIGNED"
    SIGNED_SIMULATED = "SIGNED-SIMULATED"
    PROVEN_DEV = "PROVEN-DEV"
    REPLAYED_TOLERANT = "REPLAYED-TOLERANT"
    REPLAYED_EXACT = "REPLAYED-EXACT"
    ATTESTED_WARN = "ATTESTED-WARN"
    ATTESTED = "ATTESTED"
    PROVEN = "PROVEN"

    @property
    def rank(self) -> int:
        """Levels of equal rank give equal assurance; simulated evidence and development proofs rank as signed."""
        return _RANK[self]

    def meets(self, floor: Level) -> bool:
        return self.rank >= floor.rank


_RANK = {
    Level.REJECTED: 0,
    Level.UNVERIFIED: 1,
    Level.SIGNED: 2,
    Level.SIGNED_SIMULATED: 2,
    Level.PROVEN_DEV: 2,
    Level.REPLAYED_TOLERANT: 3,
    Level.REPLAYED_EXACT: 4,
    Level.ATTESTED_WARN: 5,
    Level.ATTESTED: 6,
    Level.PROVEN: 7,
}


class Status(StrEnum):
    """Outcome of one check. ``not applicable`` says that nothing was there to check, and why."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a verdict."""

    name: str
    status: Status
    detail: str

    @classmethod
    def passed(cls, name: str, detail: str) -> Check:
        return cls(name, Status.PASSED, detail)

    @classmethod
    def failed(cls, name: str, detail: str) -> Check:
        return cls(name, Status.FAILED, detail)

    @classmethod
    def not_applicable(cls, name: str, detail: str) -> Check:
        return cls(name, Status.NOT_APPLICABLE, detail)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A level with its reasons, in the order in which they were checked."""

    level: Level
    checks: tuple[Check, ...]

    @classmethod
    def rejected(cls, checks: Iterable[Check]) -> Verdict:
        return cls(Level.REJECTED, tuple(checks))

    def with_check(self, check: Check) -> Verdict:
        """The same, and one check more, which raises no level; if it failed, nothing is left of it."""
        level = Level.REJECTED if check.status is Status.FAILED else self.level
        return Verdict(level, (*self.checks, check))

    @property
    def failures(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.status is Status.FAILED)

    def to_json(self) -> dict[str, Any]:
        return {
            "level": self.level.value,
            "checks": [
                {"name": check.name, "status": check.status.value, "detail": check.detail}
                for check in self.checks
            ],
        }
