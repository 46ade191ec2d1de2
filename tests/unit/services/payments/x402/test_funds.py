"""What one payer is lent before any of it has come."""

from __future__ import annotations

import pytest

from assay.services.payments.payment import Tally
from assay.services.payments.x402.errors import PayerUnsettled
from assay.services.payments.x402.funds import admit_paid, admit_within_balance
from assay.services.payments.x402.holdings import Holding

RICH = Holding(balance=1000, allowance=1000, code=b"")


@pytest.mark.parametrize("owed", [Tally(reserved=60), Tally(served=60), Tally(lost=60)])
def test_what_is_owed_is_lent_once(owed: Tally) -> None:
    admit = admit_within_balance(50, RICH, 100, "too_little")
    admit(Tally(settled=10**6))
    with pytest.raises(PayerUnsettled):
        admit(owed)


def test_what_never_came_is_not_lent_again_however_often() -> None:
    """Who has moved its tokens away once, and got new ones, does not begin anew."""
    admit = admit_within_balance(1, RICH, 100, "too_little")
    admit(Tally(lost=99))
    with pytest.raises(PayerUnsettled):
        admit(Tally(lost=100))


def test_who_has_paid_is_lent_nothing() -> None:
    admit_paid(Tally(reserved=10**9))
