"""What the registry of enclaves should do, in plain Python: the other side of the differential test."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.contracts.registering import (
    ANNOUNCED_FOR,
    EPOCH,
    LIVENESS,
    MAX_AHEAD,
    MINIMUM,
    SEATS,
    WITHDRAWAL_DELAY,
)


class Refused(Exception):
    """The model's word for a revert; its message is the reason that the registry gives."""


def require(condition: bool, reason: str) -> None:
    if not condition:
        raise Refused(reason)


@dataclass(slots=True)
class Known:
    """An enclave that was registered. ``periods``: all that it ever had, without the second in which they end."""

    owner: str
    operator: str
    stake: int
    beat_at: int
    periods: list[tuple[int, int]] = field(default_factory=list)

    def enabled(self, second: int) -> bool:
        return any(since <= second < until for since, until in self.periods)

    @property
    def end(self) -> int:
        return max((until for _, until in self.periods), default=0)

    def end_at(self, second: int) -> None:
        self.periods[-1] = (self.periods[-1][0], second)


@dataclass(slots=True)
class Model:
    """Enclaves of one type; a refused call changes nothing, as the checks of each method come first."""

    known: dict[bytes, Known] = field(default_factory=dict)
    seats: list[bytes] = field(default_factory=list)
    announced: dict[tuple[str, bytes], int] = field(default_factory=dict)
    withdrawn: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    minimum: int = MINIMUM
    epoch: int = EPOCH

    def announce(self, owner: str, id: bytes, now: int) -> None:
        require((owner, id) not in self.announced, "announced already")
        self.announced[owner, id] = now

    def register(self, owner: str, operator: str, id: bytes, stake: int, now: int) -> None:
        since = self.announced.get((owner, id))
        require(since is not None and since + ANNOUNCED_FOR <= now, "not announced for long enough")
        require(id not in self.known, "registered already")
        newcomer = Known(owner, operator, stake, now)
        self._enable(id, newcomer, now)
        self.known[id] = newcomer

    def heartbeat(self, signer: str, id: bytes, timestamp: int, now: int) -> None:
        require(id in self.known and self.known[id].enabled(now), "not enabled")
        known = self.known[id]
        require(timestamp > known.beat_at, "not later than the last heartbeat")
        require(timestamp <= now + MAX_AHEAD, "from the future")
        require(timestamp >= now - LIVENESS, "too old")
        require(signer == known.operator, "invalid signature")
        known.beat_at = timestamp
        known.end_at(timestamp + self.epoch)

    def operate(self, caller: str, operator: str, id: bytes) -> None:
        self._of(caller, id).operator = operator

    def stake(self, id: bytes, amount: int) -> None:
        require(id in self.known, "no such enclave")
        self.known[id].stake += amount

    def enable(self, caller: str, id: bytes, now: int) -> None:
        known = self._of(caller, id)
        self._enable(id, known, now)
        known.beat_at = max(known.beat_at, now)

    def retire(self, caller: str, id: bytes, now: int) -> None:
        known = self._of(caller, id)
        require(known.enabled(now), "not open")
        known.end_at(now)

    def withdraw(self, caller: str, id: bytes, now: int) -> None:
        known = self._of(caller, id)
        require(now >= known.end + WITHDRAWAL_DELAY, "too early")
        require(known.stake > 0, "nothing staked")
        self.withdrawn[caller] += known.stake
        known.stake = 0

    def active(self, id: bytes, now: int) -> bool:
        return id in self.known and self.known[id].enabled(now) and now <= self.known[id].beat_at + LIVENESS

    def enabled(self, now: int) -> list[bytes]:
        return [id for id in self.seats if self.known[id].enabled(now)]

    def _of(self, caller: str, id: bytes) -> Known:
        require(id in self.known and self.known[id].owner == caller, "not the enclave's owner")
        return self.known[id]

    def _enable(self, id: bytes, known: Known, now: int) -> None:
        require(known.stake >= self.minimum, "stake below the minimum")
        if id in self.seats:
            require(not known.enabled(now), "open already")
        else:
            self._sit(id, known.stake, now)
        known.periods.append((now, now + self.epoch))

    def _sit(self, id: bytes, stake: int, now: int) -> None:
        claims = [self.known[seated].stake * self.known[seated].enabled(now) for seated in self.seats]
        least = min(claims, default=0)
        if 0 in claims:
            self.seats[claims.index(0)] = id
        elif len(claims) < SEATS:
            self.seats.append(id)
        else:
            require(stake > least, "stake below all who are listed")
            place = claims.index(least)
            self.known[self.seats[place]].end_at(now)
            self.seats[place] = id
