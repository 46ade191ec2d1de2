"""A call that is to be paid for by signature, and what names it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from assay.trust.metering import Purchase


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase with its digests, which are computed once."""

    purchase: Purchase
    body: bytes
    """SHA-256 of the request's body."""
    digest: bytes
    """SHA-256 of ``method || 0 || target || 0 || body``: it names the request."""

    @classmethod
    def of(cls, purchase: Purchase) -> Order:
        body = hashlib.sha256(purchase.body).digest()
        named = b"\0".join((purchase.method.encode(), purchase.target.encode(), body))
        return cls(purchase, body, hashlib.sha256(named).digest())

    @property
    def host(self) -> str:
        """The name or address under which the node was asked, without port."""
        return urlsplit(f"//{self.purchase.headers.get('host', 'localhost')}").hostname or ""

    @property
    def url(self) -> str:
        """Where it was asked, as far as the request says."""
        headers = self.purchase.headers
        scheme, host = headers.get("x-forwarded-proto", "http"), headers.get("host", "localhost")
        return f"{scheme}://{host}{self.purchase.target}"
