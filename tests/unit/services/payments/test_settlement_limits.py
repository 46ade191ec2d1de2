"""When a batch is cut: by payments, receipts, age or value, whichever comes first; and never larger than it may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.services.payments.settlement.batch import Entry, Limits
from assay.trust.receipts.settlement import Leaf

NOW = 1_800_000_000
LIMITS = Limits(payments=3, receipts=5, age_s=30, value=100)


def entries(*dues: int, issued_at: int = NOW) -> list[Entry]:
    return [Entry(number, Leaf(bytes(32), bytes(32), 0), issued_at, due) for number, due in enumerate(dues)]


@pytest.mark.parametrize(
    ("waiting", "cut", "is_due"),
    [
        ((), 0, False),
        ((0, 0), 2, False),
        ((1, 1), 2, False),
        ((1, 1, 1), 3, True),
        ((1, 0, 1, 1, 0), 5, True),
        ((1, 0, 1, 1, 1), 4, True),
        ((0, 0, 0, 0, 0, 0), 5, True),
        ((60, 40), 2, True),
        ((60, 39), 2, False),
    ],
)
def test_the_first_limit_counts(waiting: tuple[int, ...], cut: int, is_due: bool) -> None:
    batch = LIMITS.cut(entries(*waiting))
    assert len(batch) == cut
    assert LIMITS.is_due(batch, NOW + 29) is is_due


def test_an_old_receipt_waits_no_longer() -> None:
    batch = LIMITS.cut(entries(0))
    assert not LIMITS.is_due(batch, NOW + 29)
    assert LIMITS.is_due(batch, NOW + 30)


@given(st.lists(st.sampled_from((0, 0, 1, 7)), max_size=40))
def test_batch_by_batch_everything_goes_in_order(dues: list[int]) -> None:
    waiting, batches = entries(*dues), []
    while batch := LIMITS.cut(waiting):
        assert len(batch) <= LIMITS.receipts
        assert len([entry for entry in batch if entry.due]) <= LIMITS.payments
        batches += batch
        waiting = waiting[len(batch) :]
    assert batches == entries(*dues)
