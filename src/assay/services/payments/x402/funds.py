"""Whether a payer can stand for one payment more, beside all others that are not settled yet."""

from __future__ import annotations

from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.library import Address
from assay.services.payments.payment import Admit, Tally
from assay.services.payments.x402.errors import AllowanceRequired, PayerUnsettled
from assay.services.payments.x402.holdings import Holding
from assay.services.payments.x402.market import refuse_unless


def admit_within_balance(maximum: int, holding: Holding, lent: int, reason: str) -> Admit:
    """All that a payer may come to owe, and ``maximum`` more, is within its balance, and within what is lent to one.

    Amounts in the token's smallest units. ``reason``: what x402 calls a balance that is too small.
    """

    def admit(tally: Tally) -> None:
        owed = tally.reserved + tally.served
        refuse_unless(
            owed + maximum <= holding.balance,
            reason,
            f"The payer has {holding.balance}, {owed} of it for other calls, and this one may come to {maximum}.",
            hint="deposit, ask for fewer tokens (`max_tokens`), or wait for calls under way to end",
        )
        refuse_unless(
            maximum <= lent,
            "exceeds_unsettled_limit",
            "The call may come to more than this node serves before it is paid.",
            hint="ask for fewer tokens (`max_tokens`), or pay from a channel or an account",
        )
        if owed + tally.lost + maximum > lent:
            raise PayerUnsettled(
                f"The payer owes up to {owed} for other calls and {tally.lost} that never came, "
                f"and the node lends {lent}."
            )

    return admit


def admit_paid(tally: Tally) -> None:
    """What was paid already asks nothing more of its payer."""


def admit_within_allowance(maximum: int, holding: Holding, lent: int, token: Address, reason: str) -> Admit:
    """The same, and within what Permit2 may move of it. Raises `AllowanceRequired` too."""
    admit_balance = admit_within_balance(maximum, holding, lent, reason)

    def admit(tally: Tally) -> None:
        needed = tally.reserved + tally.served + maximum
        if needed > holding.allowance:
            raise AllowanceRequired(
                "permit2_allowance_required",
                f"Permit2 may move {holding.allowance} of the payer's tokens, and {needed} are needed.",
                hint=f"call approve({PERMIT2}, amount) of the token {token} once, with at least {needed}; "
                "or pay by `exact` over EIP-3009, which needs no approval",
            )
        admit_balance(tally)

    return admit
