"""Pages that a gateway shows to anybody."""

from __future__ import annotations

import httpx2

from assay.apps.client.gateway_error import GatewayError, GatewayUnreachable
from assay.apps.client.wire import root_of


def fetch_page(base_url: str, path: str) -> bytes:
    """The page at ``path``; ``base_url`` may end in ``/v1``. Raises `GatewayUnreachable` or `GatewayError`."""
    try:
        response = httpx2.get(root_of(base_url) + path)
    except httpx2.TransportError as error:
        raise GatewayUnreachable(f"The gateway could not be asked for {path}.") from error
    if response.status_code != 200:
        raise GatewayError.from_response(response.status_code, response.content)
    return response.content
