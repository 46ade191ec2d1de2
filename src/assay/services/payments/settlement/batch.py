"""Batches of receipts: what is in one, and when there is enough for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from assay.trust.receipts.rate import UNITS
from assay.trust.receipts.settlement import Leaf, batch_root

MOST_PAYMENTS: Final = 40
"""In one call of the `Facilitator`."""
MOST_RECEIPTS: Final = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A receipt of the log that has been checked, and what is to be collected for it."""

    log_index: int
    leaf: Leaf
    issued_at: int
    """Unix seconds."""
    due: int = 0
    """To be collected by the batch, in the token's smallest units; 0 if nothing is, or another way."""

    @property
    def key(self) -> bytes:
        """Names the payment in the books, where something is due."""
        return self.leaf.payment


@dataclass(frozen=True, slots=True)
class Attempt:
    """A transaction that was sent for a batch, as `assay.engines.chain.sender.Sent` has it."""

    nonce: int
    hash: bytes
    gas_limit: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Receipts that are settled together, in the order of the log. Its payments are those of the entries with a due."""

    number: int
    entries: tuple[Entry, ...]
    attempt: Attempt | None = None
    transaction: bytes = b""
    """Hash of the one by which the root came to the chain; nothing while none has."""

    @property
    def leaves(self) -> list[Leaf]:
        return [entry.leaf for entry in self.entries]

    @property
    def root(self) -> bytes:
        return batch_root(self.leaves)

    @property
    def payments(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.due]


@dataclass(frozen=True, slots=True)
class Limits:
    """A batch is cut as soon as one of these is reached."""

    payments: int = MOST_PAYMENTS
    receipts: int = MOST_RECEIPTS
    age_s: int = 30
    """Of the oldest receipt that waits."""
    value: int = 10 * UNITS
    """Of its payments together, in the token's smallest units."""

    def cut(self, waiting: Iterable[Entry]) -> list[Entry]:
        """The first of those that wait, as many as fit into one batch."""
        batch: list[Entry] = []
        payments = 0
        for entry in waiting:
            payments += bool(entry.due)
            if len(batch) == self.receipts or payments > self.payments:
                break
            batch.append(entry)
        return batch

    def is_due(self, batch: Sequence[Entry], now: int) -> bool:
        """Whether what was cut is to go, and not to wait for more. ``now``: unix seconds."""
        dues = [entry.due for entry in batch if entry.due]
        return bool(batch) and (
            len(batch) >= self.receipts
            or len(dues) >= self.payments
            or sum(dues) >= self.value
            or now - batch[0].issued_at >= self.age_s
        )
