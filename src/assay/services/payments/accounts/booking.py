"""Double entry: what is booked comes to zero, and what follows from it is kept beside it in the same transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from assay.engines.storage.tables import Session
from assay.services.payments.accounts.account import Kind


async def book_charges(session: Session, costs: Counter[str], at: datetime, reference: str) -> None:
    day = at.astimezone(UTC).date().isoformat()
    entries = []
    for member, cost in sorted(costs.items()):
        row = await session.row(
            "UPDATE member SET spent = spent + $2, day = $3,"
            " spent_that_day = $2 + CASE WHEN day = $3 THEN spent_that_day ELSE 0 END"
            " WHERE id = $1 RETURNING account",
            member,
            cost,
            day,
        )
        if row is not None:
            entries.append((row[0], member, -cost))
    if entries:
        revenue = -sum(amount for _, _, amount in entries)
        await book(session, at, Kind.REVENUE, reference, [*entries, (Kind.REVENUE.value, "", revenue)])


async def book(
    session: Session, at: datetime, kind: Kind, reference: str, entries: Iterable[tuple[str, str, int]]
) -> None:
    """Write ``(account, member, amount)`` that come to zero, and what they change.

    Accounts are changed in one order, so that nobody waits for who waits for him. Raises `RowExists` for a reference
    that was booked before.
    """
    row = await session.row(
        "INSERT INTO booking (at, kind, reference) VALUES ($1, $2, $3) RETURNING number",
        int(at.timestamp()),
        kind.value,
        reference,
    )
    assert row is not None
    (number,) = row
    changes: Counter[str] = Counter()
    for account, member, amount in entries:
        changes[account] += amount
        await session.run("INSERT INTO entry VALUES ($1, $2, $3, $4)", number, account, member, amount)
    if sum(changes.values()) != 0:
        raise ValueError("a booking comes to zero")
    for account, change in sorted(changes.items()):
        await session.run("UPDATE account SET balance = balance + $2 WHERE id = $1", account, change)
