"""What went out of budgets, on this machine: set aside before anything is signed, charged when the receipt is there.

What was set aside and never came back, since its process was killed or its answer lost, stays set aside: it was signed
for, and may have been charged. So the sums may say too much, and never too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Self

from assay.engines.storage.sqlite import open_tables, transaction
from assay.trust.payments.budget import Budget, PaidCall
from assay.trust.payments.errors import BudgetRevoked
from assay.trust.payments.spent import Spent, day_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (
    budget  TEXT    NOT NULL,                   -- its id
    day     INTEGER NOT NULL,                   -- since 1970-01-01, UTC
    charged TEXT    NOT NULL,                   -- decimal text: up to 2^256
    held    TEXT    NOT NULL,
    PRIMARY KEY (budget, day)
) STRICT;
CREATE TABLE IF NOT EXISTS hold (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given again
    budgets TEXT    NOT NULL,                   -- ids of all that it is held in
    day     INTEGER NOT NULL,
    maximum TEXT    NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS revoked (budget TEXT PRIMARY KEY) STRICT;
"""


class Tally:
    """The sums of all budgets in one file. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._connection = open_tables(path, _SCHEMA, any_thread=True)
        self._lock = Lock()

    def reserve(self, budgets: Sequence[tuple[str, Budget]], call: PaidCall) -> Hold:
        """Set aside what a call may come to, in a budget and in all above it, or in none. ``budgets``: with their ids.

        Raises `BudgetRefused` in its many forms.
        """
        day = day_of(call.at)
        with self._lock, transaction(self._connection):
            for id, budget in budgets:
                if self._is_revoked(id):
                    raise BudgetRevoked("The budget, or one above it, was taken back.")
                budget.check(call, self._spent(id, day))
            for id, _ in budgets:
                self._write(id, day, self._spent(id, day).reserve(call.maximum))
            ids = " ".join(id for id, _ in budgets)
            row = self._connection.execute(
                "INSERT INTO hold (budgets, day, maximum) VALUES (?, ?, ?)", (ids, day, str(call.maximum))
            )
            number = row.lastrowid
        assert number is not None
        return Hold(self, number)

    def spent(self, budget: str, at: int) -> Spent:
        """What went out of the budget with this id, as of a second (Unix)."""
        with self._lock:
            return self._spent(budget, day_of(at))

    def revoke(self, budget: str) -> None:
        """Allow nothing more out of the budget with this id, nor out of those below it."""
        with self._lock:
            self._connection.execute("INSERT OR IGNORE INTO revoked VALUES (?)", (budget,))

    def is_revoked(self, budgets: Sequence[str]) -> bool:
        """Whether one of the budgets with these ids was taken back."""
        with self._lock:
            return any(map(self._is_revoked, budgets))

    def conclude(self, number: int, amount: int) -> None:
        """Charge ``amount`` for a hold, and let the rest of it go; 0 lets go of it all. Done twice, it counts once.

        Raises `ValueError` for more than was set aside, which nobody has signed for.
        """
        with self._lock, transaction(self._connection):
            row = self._connection.execute(
                "DELETE FROM hold WHERE number = ? RETURNING budgets, day, maximum", (number,)
            ).fetchone()
            if row is None:
                return
            ids, day, maximum = row[0].split(), row[1], int(row[2])
            if not 0 <= amount <= maximum:
                raise ValueError("what is charged is from nothing to what was set aside")
            for id in ids:
                self._write(id, day, self._spent(id, day).commit(maximum, amount))

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_revoked(self, budget: str) -> bool:
        query = "SELECT 1 FROM revoked WHERE budget = ?"
        return self._connection.execute(query, (budget,)).fetchone() is not None

    def _spent(self, budget: str, day: int) -> Spent:
        days = {
            row[0]: (int(row[1]), int(row[2]))
            for row in self._connection.execute(
                "SELECT day, charged, held FROM spent WHERE budget = ?", (budget,)
            )
        }
        charged_today, held_today = days.get(day, (0, 0))
        return Spent(
            charged=sum(charged for charged, _ in days.values()),
            held=sum(held for _, held in days.values()),
            charged_today=charged_today,
            held_today=held_today,
        )

    def _write(self, budget: str, day: int, spent: Spent) -> None:
        self._connection.execute(
            "INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (budget, day)"
            " DO UPDATE SET charged = excluded.charged, held = excluded.held",
            (budget, day, str(spent.charged_today), str(spent.held_today)),
        )


class Hold:
    """Money set aside for one call. The first of `commit` and `release` ends it."""

    def __init__(self, tally: Tally, number: int) -> None:
        """``number``: by which `Tally.conclude` knows it, in another process too."""
        self._tally = tally
        self.number = number

    def commit(self, amount: int) -> None:
        """So much was charged; the rest is free again. Raises `ValueError` for more than was set aside."""
        self._tally.conclude(self.number, amount)

    def release(self) -> None:
        """Nothing will be charged."""
        self._tally.conclude(self.number, 0)
