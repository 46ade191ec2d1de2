"""What has been signed over payment channels on this machine, and what of it was charged.

Each voucher is for all that was charged before and for one call, so that one call at a time is paid over a channel.
What a node says was charged is believed as far as the agent's own signatures go.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Self

from assay.engines.storage.sqlite import open_tables, transaction
from assay.trust.metering import PaymentError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS channel (
    id      TEXT PRIMARY KEY,
    charged TEXT NOT NULL    -- by receipts, since the channel was opened; decimal text
) STRICT;
CREATE TABLE IF NOT EXISTS under_way (
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    maximum TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS signed (  -- vouchers for more than was charged, taken or not
    channel TEXT NOT NULL,
    total   TEXT NOT NULL,
    PRIMARY KEY (channel, total)
) STRICT;
"""


class ChannelMisstated(PaymentError):
    """A node says that more was charged over a channel than its receipts do, or than was ever signed for."""

    code = "channel_misstated"
    hint = "pay this node by another way, and take out what is in the channel: assay wallet withdraw"


@dataclass(frozen=True, slots=True)
class Count:
    """One channel, in the token's smallest units."""

    charged: int = 0
    under_way: int = 0
    """The most that calls without a receipt may come to: those not answered yet, and those whose answer was lost."""


class Vouchers:
    """The counts of all channels in one file. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._connection = open_tables(path, _SCHEMA, any_thread=True)
        self._lock = Lock()

    def begin(self, channel: bytes, maximum: int) -> Use:
        """Count one call more, which may come to ``maximum``, before its voucher is signed."""
        id = channel.hex()
        with self._lock, transaction(self._connection):
            total = self._count(id).charged + maximum
            self._connection.execute("INSERT OR IGNORE INTO signed VALUES (?, ?)", (id, str(total)))
            number = self._connection.execute(
                "INSERT INTO under_way (channel, maximum) VALUES (?, ?)", (id, str(maximum))
            ).lastrowid
        assert number is not None
        return Use(self, number, total)

    def adopt(self, channel: bytes, charged: int, proven: int) -> None:
        """Count on from what a node says was charged. ``proven``: what the voucher is for that it shows, 0 if none.

        A call without a receipt may have come to its maximum, and so may one whose voucher this machine does not know:
        the same key has signed it elsewhere. Of a channel that is new here no voucher is known. Raises
        `ChannelMisstated`.
        """
        id = channel.hex()
        with self._lock, transaction(self._connection):
            count = self._count(id)
            elsewhere = 0 if self._knows(id, proven) else proven
            if charged > max(count.charged + count.under_way, elsewhere):
                raise ChannelMisstated("The node counts more over this channel than it has receipts for.")
            self._connection.execute("DELETE FROM under_way WHERE channel = ?", (id,))
            self._charge(id, charged)

    def conclude(self, number: int, amount: int) -> None:
        """A call has come to ``amount``. Done twice, or after another count was adopted, it counts once."""
        with self._lock, transaction(self._connection):
            row = self._connection.execute(
                "DELETE FROM under_way WHERE number = ? RETURNING channel", (number,)
            ).fetchone()
            if row is not None and amount:
                self._charge(row[0], self._count(row[0]).charged + amount)

    def count(self, channel: bytes) -> Count:
        """Where a channel stands."""
        with self._lock:
            return self._count(channel.hex())

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _count(self, id: str) -> Count:
        row = self._connection.execute("SELECT charged FROM channel WHERE id = ?", (id,)).fetchone()
        rows = self._connection.execute("SELECT maximum FROM under_way WHERE channel = ?", (id,))
        return Count(0 if row is None else int(row[0]), sum(int(maximum) for (maximum,) in rows))

    def _knows(self, id: str, total: int) -> bool:
        """Whether a voucher is one of this machine's, over a channel of which it has a receipt."""
        query = "SELECT 1 FROM signed JOIN channel ON id = channel WHERE channel = ? AND total = ?"
        return self._connection.execute(query, (id, str(total))).fetchone() is not None

    def _charge(self, id: str, charged: int) -> None:
        """In all; vouchers for less prove nothing any more."""
        self._connection.execute(
            "INSERT INTO channel VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET charged = excluded.charged",
            (id, str(charged)),
        )
        totals = self._connection.execute("SELECT total FROM signed WHERE channel = ?", (id,)).fetchall()
        self._connection.executemany(
            "DELETE FROM signed WHERE channel = ? AND total = ?",
            [(id, total) for (total,) in totals if int(total) <= charged],
        )


class Use:
    """One call over a channel. ``total``: what its voucher is for. The first of `commit` and `release` ends it."""

    def __init__(self, vouchers: Vouchers, number: int, total: int) -> None:
        self._vouchers = vouchers
        self._number = number
        self.total = total

    def commit(self, amount: int) -> None:
        """So much was charged for it."""
        self._vouchers.conclude(self._number, amount)

    def release(self) -> None:
        """Nothing was."""
        self._vouchers.conclude(self._number, 0)
