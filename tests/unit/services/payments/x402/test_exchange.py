"""What a token is taken for, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.services.payments.x402.errors import RateStale
from assay.services.payments.x402.exchange import Exchange
from assay.trust.receipts.rate import Rate

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ASSET = "eip155:31337/erc20:0x" + "ab" * 20
LOOKED_UP = Rate(ASSET, 161_234, "an oracle", NOON)


@given(st.integers(0, 10**15), st.integers(1, 10**12))
def test_a_cost_is_paid_in_full_and_by_less_than_one_unit_more(cost: int, price: int) -> None:
    rate = Rate(ASSET, price, "the operator")
    units = rate.units(cost)
    assert (units - 1) * price < cost * 10**18 <= units * price


@given(st.integers(0, 2**200), st.integers(1, 10**12))
def test_what_so_many_units_are_worth_they_pay_for(units: int, price: int) -> None:
    rate = Rate(ASSET, price, "the operator")
    worth = rate.worth(units)
    assert rate.units(worth) <= units < rate.units(worth + 1) + 1


def test_a_price_that_was_looked_up_ages() -> None:
    exchange = Exchange(LOOKED_UP, max_age=timedelta(minutes=10))
    assert exchange.rate(NOON + timedelta(minutes=10)) == LOOKED_UP
    with pytest.raises(RateStale):
        exchange.rate(NOON + timedelta(minutes=11))
    with pytest.raises(RateStale):
        exchange.demanded(NOON + timedelta(minutes=11))


def test_a_price_that_was_set_does_not() -> None:
    rate = Rate(ASSET, 100_000, "the operator")
    assert Exchange(rate).rate(NOON + timedelta(days=1000)) == rate


def test_the_price_before_is_remembered_and_no_other() -> None:
    rates = [Rate(ASSET, price, "the operator") for price in (1, 2, 3)]
    exchange = Exchange(rates[0])
    assert exchange.demanded(NOON) == (rates[0],)
    for rate in (rates[1], rates[1], rates[2]):
        exchange.take(rate)
    assert exchange.demanded(NOON) == (rates[2], rates[1])
