# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A wallet that burns all the gas it is asked with, for the tests
"""


@external
@view
def isValidSignature(digest: bytes32, signature: Bytes[2048]) -> bytes4:
    burnt: bytes32 = digest
    for _: uint256 in range(max_value(uint256)):
        burnt = keccak256(burnt)
    return convert(burnt, bytes4)
