"""What a member may still spend, as the node that he calls knows it: the ledger, less what is not booked there yet.

Amounts are micro-USD.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.services.payments.accounts.account import NO_LIMITS, Holder, Limits
from assay.services.payments.accounts.errors import LimitReached, ModelNotAllowed
from assay.trust.metering import BudgetSpent, PaymentError


@dataclass(slots=True)
class Pool:
    """An account."""

    id: str
    balance: int = 0
    """Less every charge that is in the log."""
    reserved: int = 0
    unbooked: int = 0
    """Charged, and not in the ledger yet."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a member may still spend, calls under way taken off."""

    account: int
    """Of the account, which others may share."""
    total: int | None
    day: int | None
    call: int
    """The most that one more call may come to."""


@dataclass(slots=True)
class Purse:
    """A member, and the account that he spends out of together with others."""

    id: str
    pool: Pool
    limits: Limits = field(default=NO_LIMITS)
    spent: int = 0
    day: str = ""
    spent_that_day: int = 0
    reserved: int = 0
    unbooked: int = 0

    def read(self, holder: Holder, today: str) -> None:
        """Follow the ledger, in which another process may have booked a deposit or changed a limit."""
        member = holder.member
        self.pool.balance = holder.balance - self.pool.unbooked
        self.limits = member.limits
        self.spent = member.spent + self.unbooked
        self.day = today
        self.spent_that_day = (member.spent_that_day if member.day == today else 0) + self.unbooked

    def left(self, today: str) -> Left:
        """What may still be spent; None where nothing limits it."""
        limits, pool = self.limits, self.pool
        spent_today = self.spent_that_day if self.day == today else 0
        account = pool.balance - pool.reserved
        total = None if limits.total is None else limits.total - self.spent - self.reserved
        day = None if limits.per_day is None else limits.per_day - spent_today - self.reserved
        each = min(amount for amount in (account, total, day, limits.per_call) if amount is not None)
        return Left(account, total, day, max(0, each))

    def refusal(self, maximum: int, model: str, today: str) -> PaymentError | None:
        """Why a call that may come to ``maximum`` is not paid for, if it is not."""
        limits, left = self.limits, self.left(today)
        if limits.models and model not in limits.models:
            return ModelNotAllowed(
                f"This budget is not for {model}.", hint=f"it is for {', '.join(limits.models)}"
            )
        if limits.per_call is not None and maximum > limits.per_call:
            return LimitReached(
                f"This call may cost {maximum} micro-USD, and one call of this budget at most {limits.per_call}."
            )
        if left.day is not None and maximum > left.day:
            return LimitReached(_too_much(maximum, "this budget", left.day, " today"))
        if left.total is not None and maximum > left.total:
            return LimitReached(_too_much(maximum, "this budget", left.total))
        if maximum > left.account:
            return BudgetSpent(_too_much(maximum, "the account", left.account))
        return None

    def reserve(self, maximum: int) -> None:
        self.reserved += maximum
        self.pool.reserved += maximum

    def give_back(self, maximum: int) -> None:
        self.reserve(-maximum)

    def charge(self, cost: int, today: str) -> None:
        """A receipt charges it; the ledger has yet to be told."""
        self.spent += cost
        self.spent_that_day = cost + (self.spent_that_day if self.day == today else 0)
        self.day = today
        self.pool.balance -= cost
        self._await_booking(cost)

    def booked(self, cost: int) -> None:
        """The ledger has been told."""
        self._await_booking(-cost)

    def _await_booking(self, cost: int) -> None:
        self.unbooked += cost
        self.pool.unbooked += cost


def _too_much(maximum: int, what: str, left: int, when: str = "") -> str:
    return f"This call may cost {maximum} micro-USD, and {what} has {max(left, 0)} left{when}."
