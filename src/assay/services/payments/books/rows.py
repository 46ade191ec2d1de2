"""A payment as a row of a table. Amounts are decimal text: a token's smallest units do not fit 64 bits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from assay.services.payments.payment import Authorization, Payment, State

Row: TypeAlias = tuple[Any, ...]

COLUMNS = (
    "key, rail, source, payer, asset, maximum, request, identifier, signed, expires_at,"
    " state, amount, log_index, transaction_hash"
)
"""In the order of `to_row`."""


def to_row(payment: Payment) -> Row:
    """All of a payment, by `COLUMNS`."""
    taken = payment.authorization
    return (
        taken.key,
        taken.rail,
        taken.source,
        taken.payer,
        taken.asset,
        str(taken.maximum),
        taken.request,
        taken.identifier,
        taken.signed,
        taken.expires_at,
        *progress(payment),
    )


def progress(payment: Payment) -> Row:
    """What changes as a payment comes along: the last four of `COLUMNS`."""
    return payment.state.value, str(payment.amount), payment.log_index, payment.transaction


def to_payment(row: Iterable[Any]) -> Payment:
    """The payment of a row by `COLUMNS`."""
    key, rail, source, payer, asset, maximum, request, identifier, signed, expires_at, *rest = row
    state, amount, log_index, transaction_hash = rest
    authorization = Authorization(
        key, rail, source, payer, asset, int(maximum), request, identifier, signed, expires_at
    )
    return Payment(authorization, State(state), int(amount), log_index, transaction_hash)
