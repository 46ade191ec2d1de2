"""Amounts, to decimals and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.payments.budgets import OPG

from assay.trust.payments.asset import MOST, AmountInvalid, parse, spell
from assay.trust.receipts.predicate import MICRO_USD


@given(st.integers(0, MOST), st.sampled_from((OPG, MICRO_USD)))
def test_exact_amounts_read_back(units: int, asset: str) -> None:
    assert parse(spell(units, asset, exact=True).split()[0], asset) == units


@given(st.integers(0, MOST))
def test_what_is_shown_is_never_more_than_there_is(units: int) -> None:
    shown = spell(units, OPG).removeprefix("<").split()[0]
    assert parse(shown, OPG) <= units or spell(units, OPG).startswith("<")
    assert units - parse(shown, OPG) < 10**12


@pytest.mark.parametrize(
    ("units", "asset", "shown"),
    [
        (0, OPG, "0 OPG"),
        (1, OPG, "<0.000001 OPG"),
        (5 * 10**16, OPG, "0.05 OPG"),
        (1999999999999999999, OPG, "1.999999 OPG"),
        (100 * 10**18, OPG, "100 OPG"),
        (1, MICRO_USD, "0.000001 USD"),
        (2_500_000, MICRO_USD, "2.5 USD"),
    ],
)
def test_as_people_see_it(units: int, asset: str, shown: str) -> None:
    assert spell(units, asset) == shown


@pytest.mark.parametrize(
    "text", ["", "-1", "1e3", ".5", "1.", "1,5", "0." + "0" * 19 + "1", "9" * 78, "9" * 79, "٣", "nan"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(AmountInvalid):
        parse(text, OPG)


def test_dollars_have_six_decimals() -> None:
    with pytest.raises(AmountInvalid, match="6 decimals"):
        parse("0.0000001", MICRO_USD)
