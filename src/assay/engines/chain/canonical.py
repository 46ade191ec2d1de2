"""Contracts that every chain has at one address, so that a signature which names it means the same everywhere."""

from __future__ import annotations

from assay.engines.chain.library import to_checksum_address

PERMIT2 = to_checksum_address("0x000000000022D473030F116dDEE9F6B43aC78BA3")
X402_EXACT_PROXY = to_checksum_address("0x402085c248EeA27D92E8b30b2C58ed07f9E20001")
X402_UPTO_PROXY = to_checksum_address("0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002")
X402_BATCH_SETTLEMENT = to_checksum_address("0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003")
X402_ERC3009_COLLECTOR = to_checksum_address("0x4020806089470a89826cB9fB1f4059150b550004")
X402_PERMIT2_COLLECTOR = to_checksum_address("0x4020425FAf3B746C082C2f942b4E5159887B0005")
MULTICALL3 = to_checksum_address("0xcA11bde05977b3631167028862bE2a173976CA11")
