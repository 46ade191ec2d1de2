"""Contracts that every chain has at one address, so that a signature which names it means the same everywhere."""

from __future__ import annotations

from assay.engines.chain.library import to_checksum_address

PERMIT2 = to_checksum_address("0x000000000022D473030F116dDEE9F6B43aC78BA3")
X402_EXACT_PROXY = to_checksum_address("0x402085c248EeA27D92E8b30b2C58ed07f9E20001")
X402_UPTO_PROXY = to_checksum_address("0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002")
