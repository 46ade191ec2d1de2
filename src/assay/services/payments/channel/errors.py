"""Why a payment over a channel is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.services.payments.x402.errors import PaymentInvalid

SCHEME = "batch-settlement"
"""x402's name for payments over a channel."""
_PREFIX = "invalid_batch_settlement_evm_"


class ChannelRefused(PaymentInvalid):
    """A voucher, a channel or a deposit that is not good for this call."""

    code = "channel_refused"

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        """``reason``: x402's code, without what all of the scheme begin with."""
        super().__init__(_PREFIX + reason, message, hint=hint)


class VoucherMismatch(ChannelRefused):
    """The voucher is not for all that is due and this call: its payer and the node count differently."""

    code = "voucher_mismatch"
    hint = "count on from what `channelState` in PAYMENT-REQUIRED says has been charged"

    def __init__(self, standing: Mapping[str, Any]) -> None:
        """``standing``: of the channel, which the demand for the next voucher says."""
        super().__init__(
            "cumulative_amount_mismatch",
            "The voucher is not for what has been charged so far and what this call may come to.",
        )
        self.told = {"scheme": SCHEME, "extra": standing}


class ChannelBusy(ChannelRefused):
    """The voucher leaves out the calls that are under way."""

    code = "channel_busy"
    hint = "wait for the answer under way, or count it in at its maximum"

    def __init__(self) -> None:
        super().__init__("channel_busy", "Another call is under way over this channel.")
