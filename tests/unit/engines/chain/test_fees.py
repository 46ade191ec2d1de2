"""What is offered per gas: enough for the next block, and never more than the cap."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.chain.errors import FeeAboveCap
from assay.engines.chain.fees import GWEI, Fees, suggest

WEI = st.integers(min_value=0, max_value=10**15)


def history(base: int, tips: list[int]) -> dict[str, Any]:
    return {"baseFeePerGas": [hex(1), hex(base)], "reward": [[hex(tip)] for tip in tips]}


def test_a_quiet_chain() -> None:
    assert suggest(history(GWEI, [1, 3, 100]), 50 * GWEI) == Fees(2 * GWEI + 3, 3)


def test_a_chain_that_tells_no_tips() -> None:
    assert suggest({"baseFeePerGas": [hex(5)]}, 50) == Fees(11, 1)
    assert suggest({"baseFeePerGas": [hex(5)], "reward": None}, 50) == Fees(11, 1)


def test_the_cap_in_the_message() -> None:
    with pytest.raises(FeeAboveCap, match=r"asks for 60\.5 gwei per gas; the cap is 50\."):
        suggest(history(60 * GWEI, [GWEI // 2]), 50 * GWEI)


@given(WEI, st.lists(WEI, max_size=10), WEI)
def test_never_above_the_cap_and_never_below_the_next_block(base: int, tips: list[int], cap: int) -> None:
    try:
        fees = suggest(history(base, tips), cap)
    except FeeAboveCap:
        assert base + max([1, *tips]) > cap
    else:
        assert base + fees.max_priority_fee_per_gas <= fees.max_fee_per_gas <= cap


@given(WEI, WEI, WEI, WEI, WEI)
def test_a_replacement_pays_a_tenth_more_in_both(a: int, b: int, c: int, d: int, cap: int) -> None:
    old, now = Fees(max(a, b), min(a, b)), Fees(max(c, d), min(c, d))
    try:
        raised = now.above(old, cap)
    except FeeAboveCap:
        return
    assert 10 * raised.max_fee_per_gas >= 11 * old.max_fee_per_gas
    assert 10 * raised.max_priority_fee_per_gas >= 11 * old.max_priority_fee_per_gas
    assert raised.max_priority_fee_per_gas <= raised.max_fee_per_gas <= cap
