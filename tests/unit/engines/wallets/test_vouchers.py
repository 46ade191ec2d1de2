"""Vouchers are counted so that a node is believed as far as the agent's own signatures go, and no further."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.wallets.vouchers import ChannelMisstated, Count, Vouchers

CHANNEL, OTHER = bytes(32), bytes([1]) * 32
AMOUNTS = st.integers(0, 2**100)


@pytest.fixture
def vouchers(tmp_path: Path) -> Iterator[Vouchers]:
    with Vouchers(tmp_path / "vouchers.sqlite") as vouchers:
        yield vouchers


def test_each_voucher_is_for_what_was_charged_and_one_call(vouchers: Vouchers) -> None:
    first, second = vouchers.begin(CHANNEL, 100), vouchers.begin(CHANNEL, 50)
    assert (first.total, second.total) == (100, 50)
    first.commit(30)
    assert vouchers.count(CHANNEL) == Count(30, 50)
    second.release()
    assert vouchers.begin(CHANNEL, 7).total == 37
    assert vouchers.begin(OTHER, 7).total == 7


def test_the_first_end_of_a_call_counts(vouchers: Vouchers) -> None:
    use = vouchers.begin(CHANNEL, 100)
    use.commit(30)
    use.commit(40)
    use.release()
    assert vouchers.count(CHANNEL) == Count(30)


def test_a_call_that_was_lost_may_have_been_charged_up_to_its_maximum(vouchers: Vouchers) -> None:
    vouchers.begin(CHANNEL, 100).commit(30)
    vouchers.begin(CHANNEL, 50)
    with pytest.raises(ChannelMisstated):
        vouchers.adopt(CHANNEL, 81, 80)
    vouchers.adopt(CHANNEL, 80, 80)
    assert vouchers.count(CHANNEL) == Count(80)


def test_a_voucher_whose_call_has_its_receipt_proves_nothing_more(vouchers: Vouchers) -> None:
    vouchers.begin(CHANNEL, 100).commit(30)
    for charged in (31, 100):
        with pytest.raises(ChannelMisstated):
            vouchers.adopt(CHANNEL, charged, 100)
    assert vouchers.count(CHANNEL) == Count(30)


def test_nor_does_one_that_was_refused(vouchers: Vouchers) -> None:
    vouchers.begin(CHANNEL, 100).commit(30)
    vouchers.begin(CHANNEL, 100).release()
    with pytest.raises(ChannelMisstated):
        vouchers.adopt(CHANNEL, 130, 130)


def test_one_that_was_signed_elsewhere_may_have_been_charged(vouchers: Vouchers) -> None:
    vouchers.begin(CHANNEL, 100).commit(30)
    with pytest.raises(ChannelMisstated):
        vouchers.adopt(CHANNEL, 71, 70)
    vouchers.adopt(CHANNEL, 60, 70)
    assert vouchers.begin(CHANNEL, 5).total == 65


def test_who_has_forgotten_all_believes_the_last_voucher(vouchers: Vouchers) -> None:
    vouchers.begin(CHANNEL, 100).release()  # refused, since it is the very one that the node has
    vouchers.adopt(CHANNEL, 90, 100)
    assert vouchers.count(CHANNEL) == Count(90)


def test_a_receipt_after_another_count_was_adopted_is_in_it(vouchers: Vouchers) -> None:
    use = vouchers.begin(CHANNEL, 100)
    vouchers.adopt(CHANNEL, 30, 100)
    use.commit(30)
    assert vouchers.count(CHANNEL) == Count(30)


def test_less_is_always_believed(vouchers: Vouchers) -> None:
    vouchers.begin(CHANNEL, 100).commit(30)
    vouchers.adopt(CHANNEL, 10, 0)
    assert vouchers.count(CHANNEL) == Count(10)


@given(st.lists(st.tuples(AMOUNTS, st.sampled_from(["commit", "release", "lose"]), AMOUNTS), max_size=12))
def test_no_more_is_believed_than_receipts_and_lost_calls(calls: list[tuple[int, str, int]]) -> None:
    with Vouchers(Path(":memory:")) as vouchers:
        vouchers.begin(CHANNEL, 1).commit(1)
        charged, lost, last = 1, 0, 1
        for maximum, end, amount in calls:
            use = vouchers.begin(CHANNEL, maximum)
            assert use.total == charged + maximum
            last = use.total
            if end == "commit":
                use.commit(min(amount, maximum))
                charged += min(amount, maximum)
            elif end == "release":
                use.release()
            else:
                lost += maximum
        assert vouchers.count(CHANNEL) == Count(charged, lost)
        if last > charged:
            with pytest.raises(ChannelMisstated):
                vouchers.adopt(CHANNEL, charged + lost + 1, last)
        vouchers.adopt(CHANNEL, charged + lost, last)


def test_processes_share_the_count(tmp_path: Path) -> None:
    path = tmp_path / "vouchers.sqlite"
    with Vouchers(path) as one, Vouchers(path) as other:
        use = one.begin(CHANNEL, 10)
        use.commit(4)
        assert other.begin(CHANNEL, 10).total == 14
        assert one.count(CHANNEL) == Count(4, 10)
