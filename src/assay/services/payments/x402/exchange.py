"""What a token is taken for: now, and just before, for those who were told that and have not paid yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from assay.services.payments.x402.errors import RateStale
from assay.trust.receipts.rate import Rate


class Exchange:
    """The rate in force and the one before it."""

    def __init__(self, rate: Rate, *, max_age: timedelta = timedelta(hours=1)) -> None:
        """``max_age``: how old a rate may be that was looked up somewhere; one that was set does not age."""
        self._rate = rate
        self._previous: Rate | None = None
        self._max_age = max_age

    def take(self, rate: Rate) -> None:
        """From now on this one is in force."""
        if rate != self._rate:
            self._rate, self._previous = rate, self._rate

    def rate(self, now: datetime) -> Rate:
        """The rate in force. Raises `RateStale`."""
        as_of = self._rate.as_of
        if as_of is not None and now - as_of > self._max_age:
            raise RateStale(f"The price of OPG is of {as_of:%Y-%m-%d %H:%M} UTC, which is too long ago.")
        return self._rate

    def demanded(self, now: datetime) -> tuple[Rate, ...]:
        """The rates by which a payment that comes now may have been asked for. Raises `RateStale`."""
        rate = self.rate(now)
        return (rate,) if self._previous is None else (rate, self._previous)
