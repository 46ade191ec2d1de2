"""`GET /v1/prices` and `/prices/SHA256`: what this node charges, and what it charged when a receipt was issued."""

from __future__ import annotations

from typing import Final

import orjson

from assay.engines.asgi import JSON, Send, respond, respond_json
from assay.engines.storage.blobs import Blobs
from assay.errors import AssayError
from assay.trust.receipts.price_table import PriceTable

PATH: Final = "/v1/prices"
PREFIX: Final = "/prices/"


class PricesNotFound(AssayError):
    """This node has published no such table of prices."""

    code = "prices_not_found"
    hint = "ask with the digest that a receipt names as its price's `table`"


class PricePages:
    """The table in force, and every earlier one by its digest."""

    def __init__(self, file: bytes, kept: Blobs) -> None:
        """``file`` is the table in force, as `PriceTable.sign` made it. Raises `OSError` when it cannot be kept."""
        self.digest: Final = kept.put(file)
        """SHA-256 of that file, in hexadecimal: what receipts name."""
        self._kept = kept
        self._page = {
            "sha256": self.digest,
            "signed": orjson.Fragment(file),
            "table": PriceTable.verify(file).to_json(),
        }

    async def current(self, send: Send) -> None:
        """What the table in force says, and the signed file itself."""
        await respond_json(send, 200, self._page)

    async def kept(self, sha256: str, send: Send) -> None:
        """The signed file with this digest. Raises `PricesNotFound`."""
        file = self._kept.get(sha256)
        if file is None:
            raise PricesNotFound("There is no such table of prices here.")
        await respond(send, 200, file, JSON)
