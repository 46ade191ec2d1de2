# pragma version 0.4.3
"""
@title What collectors of deposits share
@notice Guarantees that nobody but the channels' contract has a deposit collected: anybody else would take it for no channel.
"""

from . import signatures

# At this address on every chain; local ones have our own contract there.
x402BatchSettlement: public(constant(address)) = 0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003

# The longest signature, and what comes with it.
MAX_DATA: constant(uint256) = signatures.MAX_SIGNATURE + 512


@internal
@view
def _check_caller():
    if msg.sender != x402BatchSettlement:
        raw_revert(method_id("OnlyX402BatchSettlement()"))
