"""What a gateway charges: the signed tables that it publishes."""

from __future__ import annotations

import orjson

from assay.apps.client.page import fetch_page
from assay.errors import FormatError
from assay.trust.canonical import canonicalize


def prices_in_force(base_url: str) -> bytes:
    """The file by which the gateway charges now, for `PriceTable.verify`.

    Raises `GatewayUnreachable`, `GatewayError`, or `FormatError` for another kind of page.
    """
    try:
        return canonicalize(orjson.loads(fetch_page(base_url, "/v1/prices"))["signed"])
    except (orjson.JSONDecodeError, LookupError, TypeError) as error:
        raise FormatError("The gateway's page of prices is not one.") from error


def prices_named(base_url: str, sha256: str) -> bytes:
    """The file with this digest, as a receipt names it; the caller compares, as `check_published` does.

    Raises `GatewayUnreachable`, or `GatewayError` where the gateway never had it.
    """
    return fetch_page(base_url, f"/prices/{sha256}")
