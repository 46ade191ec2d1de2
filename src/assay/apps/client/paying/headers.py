"""The two headers of x402's version 2 by which a client is asked to pay, and pays."""

from __future__ import annotations

from typing import Final

from assay.services.payments.x402.presented import SIGNATURE

REQUIRED: Final = "payment-required"

__all__ = ["REQUIRED", "SIGNATURE"]
