# pragma version 0.4.3
"""
@title Two amounts in one word
@notice Guarantees that amounts which are read and written together cost one slot, and that neither runs into the other.
"""


@internal
@pure
def _pair(high: uint128, low: uint128) -> uint256:
    return convert(high, uint256) << 128 | convert(low, uint256)


@internal
@pure
def _high(pair: uint256) -> uint128:
    return convert(pair >> 128, uint128)


@internal
@pure
def _low(pair: uint256) -> uint128:
    return convert(pair & convert(max_value(uint128), uint256), uint128)
