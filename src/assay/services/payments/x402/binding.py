"""Binds a payment to one request, in two ways: by its amount, and by its nonce.

x402 binds a payment to nothing but a payee and an amount, so that what was signed for one resource opens every other
one of the same price. Here the last 40 bits of the amount that a node asks for are a MAC over the request: whoever
signs that amount, by whatever client, has signed for that request alone, and pays less than a ten-thousandth of a
cent for it. A client that knows us can put a hash of the request into the nonce as well, which others can check.
"""

from __future__ import annotations

import hmac
from typing import Final
from urllib.parse import urlsplit

from assay.engines.chain.library import keccak
from assay.services.payments.x402.order import Order

TAIL_BITS: Final = 40
_TAIL: Final = 1 << TAIL_BITS
_AMOUNT: Final = b"assay-x402-amount-v1"
_NONCE: Final = b"assay-x402-v1"


class AmountBinding:
    """Amounts that say which request they are for, to whoever holds the key."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 bytes of one node; with them anybody could make requests that share an amount."""
        self._key = key

    def amount(self, least: int, order: Order, *what: str) -> int:
        """The smallest amount from ``least`` on that is for this request, and for ``what`` is to be paid how."""
        message = b"\0".join((_AMOUNT, *(part.encode() for part in what), order.digest))
        tail = int.from_bytes(hmac.digest(self._key, message, "sha256")[: TAIL_BITS // 8])
        return least + (tail - least) % _TAIL


def request_nonce(method: str, url: str, body: bytes, salt: bytes) -> bytes:
    """The nonce of a payment that is for one request, 32 bytes.

    ``keccak256("assay-x402-v1" || 0 || method || 0 || url || 0 || body || salt)``: ``body`` is SHA-256 of the
    request's body, and ``salt`` 32 random bytes, so that each payment has another nonce.
    """
    return keccak(b"\0".join((_NONCE, method.encode(), url.encode(), body + salt)))


def is_for(order: Order, url: str, salt: bytes, nonce: bytes) -> bool:
    """Whether a nonce is that of this request, which its payer knows by ``url``."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if target != order.purchase.target:
        return False
    return nonce == request_nonce(order.purchase.method, url, order.body, salt)
