"""A provider that turns the node away says so to the node, not to its callers."""

from __future__ import annotations

from assay.engines.inference.provider import ProviderError


class ProviderRefusedNode(ProviderError):
    """The provider turned the node away: its key is wrong, or may not do this."""

    code = "provider_refused_node"
    hint = "the node's operator has to look at the provider's key; try another model meanwhile"


def check_key_accepted(provider: str, status: int) -> None:
    """Raise `ProviderRefusedNode` for a ``status`` that is about the node's key and not about a caller's request.

    The provider's own words are not handed on: they may show a part of the key.
    """
    if status in (401, 403):
        raise ProviderRefusedNode(f"{provider} does not accept this node's key for this call.")
