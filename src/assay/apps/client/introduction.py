"""Getting to know a gateway: the policy it publishes about itself, for whoever chooses to believe it."""

from __future__ import annotations

from assay.apps.client.page import fetch_page
from assay.trust.receipts.introduction import introduced
from assay.trust.receipts.policy import Policy

WELL_KNOWN = "/.well-known/assay.json"


def published_policy(base_url: str) -> Policy:
    """The policy under which this gateway's receipts verify: who it is in its own words, under usual demands.

    To use it is trust on first use: nothing backs it but the connection it came over. Compare its node key with one
    from another source, keep it, and from then on nobody can take the gateway's place unseen. ``base_url`` may end in
    ``/v1``. Raises `GatewayUnreachable`, `GatewayError`, `RootUnvouched` for a root that the gateway calls hardware's
    and no vendor is known by, or `ConfigError` for what is no policy.
    """
    return introduced(Policy.from_bytes(fetch_page(base_url, WELL_KNOWN)))
