# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A contract wallet of one owner, for the tests (ERC-1271)
"""

owner: public(address)


@deploy
def __init__(owner: address):
    self.owner = owner


@external
@view
def isValidSignature(digest: bytes32, signature: Bytes[2048]) -> bytes4:
    if len(signature) < 65:
        return 0xffffffff
    v: uint8 = convert(slice(signature, 64, 1), uint8)
    if ecrecover(digest, v, extract32(signature, 0), extract32(signature, 32)) == self.owner:
        return 0x1626ba7e
    return 0xffffffff
