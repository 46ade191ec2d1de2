"""Why a facilitator does not even look at what it was sent. What it says of payments is in `x402.errors`."""

from __future__ import annotations

from assay.errors import AssayError


class AskedNothing(AssayError):
    """What was sent is no question to a facilitator."""

    code = "facilitator_request_malformed"
    hint = "send {x402Version, paymentPayload, paymentRequirements}, of version 1 or 2"


class AskedTooOften(AssayError):
    """One address asks more often than the operator allows."""

    code = "facilitator_busy"
    hint = "wait for as long as Retry-After says"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"This facilitator can be asked again in {seconds:.1f} seconds.")
        self.headers = ((b"retry-after", b"%d" % max(1, round(seconds))),)
