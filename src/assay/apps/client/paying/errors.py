"""Why a client does not pay, and why what it paid with was not taken."""

from __future__ import annotations

from assay.trust.metering import PaymentError


class DemandMalformed(PaymentError):
    """What a gateway asks for cannot be read."""

    code = "payment_demand_malformed"
    hint = "this gateway does not speak x402 as Assay does; update one of the two"


class NoWayToPay(PaymentError):
    """Nothing that the gateway asks for is what the budget holds."""

    code = "payment_not_possible"
    hint = "make a budget in the asset that the gateway takes: `assay budget new`"


class PayeeUntrusted(PaymentError):
    """The money would go to somebody whom nobody here has vouched for."""

    code = "payee_not_trusted"
    hint = (
        "if you know that it is the node's address, believe the gateway that says so: `assay trust add URL`"
    )


class PaymentNotTaken(PaymentError):
    """The gateway did not take a payment that was signed for it."""

    code = "payment_not_taken"
    hint = "nothing was charged; ask again, and if it goes on, tell the operator of the node the word in brackets"


class AllowanceMissing(PaymentNotTaken):
    """The account that pays has not opened its tokens to Permit2, by which they would be moved."""

    code = "permit2_allowance_required"
    hint = "`assay budget fund NAME` puts money on an agent's account and opens it; of a wallet, `assay wallet approve`"


class BalanceTooSmall(PaymentNotTaken):
    """The account that pays holds less than the call may come to, beside what it owes already."""

    code = "balance_too_small"
    hint = "`assay budget show NAME` tells what is there, `assay budget fund NAME` puts more on the agent's account"


class ChannelUsedUp(PaymentNotTaken):
    """What was paid into the channel is spent, or about to leave it."""

    code = "channel_used_up"
    hint = "pay in more: assay wallet deposit --budget NAME"


def not_taken(reason: str) -> PaymentNotTaken:
    """The error for a reason in x402's code, which is the gateway's word: it is shown only if it looks like one."""
    if reason == AllowanceMissing.code:
        return AllowanceMissing(
            "Permit2, by which payments are made, may not move so much from the agent's account."
        )
    if reason.endswith("insufficient_balance"):
        return BalanceTooSmall("The agent's account does not hold what this call may come to.")
    if reason.endswith(("cumulative_exceeds_balance", "channel_not_found")):
        return ChannelUsedUp("There is not as much in the channel as this call may come to.")
    shown = reason if reason.isascii() and reason.isidentifier() else "unknown"
    return PaymentNotTaken(f"The gateway does not take the payment. [{shown}]")
