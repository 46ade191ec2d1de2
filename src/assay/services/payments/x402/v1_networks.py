"""Networks as version 1 of x402 calls them: by names from a list of its own, and for all others by CAIP-2 as well."""

from __future__ import annotations

from typing import Final

_NAMES: Final = {"eip155:8453": "base", "eip155:84532": "base-sepolia"}
_NETWORKS: Final = {name: network for network, name in _NAMES.items()}


def in_v1(network: str) -> str:
    """Version 1's name of a network of CAIP-2."""
    return _NAMES.get(network, network)


def of_v1(name: str) -> str:
    """The inverse of `in_v1`."""
    return _NETWORKS.get(name, name)
