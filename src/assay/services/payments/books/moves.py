"""The arrows between the states of a payment, and what each does to the sums of its source. Pure: no tables here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from assay.services.payments.payment import Payment, State, Tally
from assay.trust.metering import PaymentError

Move: TypeAlias = Callable[[Payment], Payment]


class MoveRefused(PaymentError):
    """The books were told that something happened to a payment which cannot have happened."""

    code = "payment_move_refused"
    hint = "the books of the node and its chain disagree: compare them before anything more is settled"


def served(amount: int, log_index: int) -> Move:
    """A receipt charges it. The receipt has the last word, so even a payment given up is charged."""

    def move(payment: Payment) -> Payment:
        if payment.state in (State.SERVED, State.SETTLED):
            return payment
        return replace(payment, state=State.SERVED, amount=amount, log_index=log_index)

    return move


def settled(transaction: bytes) -> Move:
    """Its money came."""

    def move(payment: Payment) -> Payment:
        if payment.state is State.SETTLED:
            return payment
        if payment.state is not State.SERVED:
            raise MoveRefused(f"A payment that is {payment.state} was settled.")
        return replace(payment, state=State.SETTLED, transaction=transaction)

    return move


def expired(payment: Payment) -> Payment:
    """It will never be charged."""
    if payment.state is State.SETTLED:
        raise MoveRefused("A payment that was settled was given up.")
    return replace(payment, state=State.EXPIRED)


def counted(tally: Tally, before: Payment | None, after: Payment) -> Tally:
    """The sums of a source when one payment of it has moved; ``before`` is None for one that is new."""
    without = _add(tally, before, -1) if before is not None else tally
    return _add(without, after, 1)


def _add(tally: Tally, payment: Payment, sign: int) -> Tally:
    match payment.state:
        case State.RESERVED:
            return replace(tally, reserved=tally.reserved + sign * payment.authorization.maximum)
        case State.SERVED:
            return replace(tally, served=tally.served + sign * payment.amount)
        case State.SETTLED:
            return replace(tally, settled=tally.settled + sign * payment.amount)
        case State.EXPIRED:  # of a payment that was never charged, the amount is nothing
            return replace(tally, lost=tally.lost + sign * payment.amount)
