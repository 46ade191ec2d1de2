# pragma version 0.4.3
"""
@title Nonces without order
@notice Guarantees that each number of an account is used once; which comes first is no matter, so that many payments can be
    under way at a time. 256 numbers share a word of storage: the lowest byte of a nonce is its bit, the rest its word.
"""

event UnorderedNonceInvalidation:
    owner: indexed(address)
    word: uint256
    mask: uint256

nonceBitmap: public(HashMap[address, HashMap[uint256, uint256]])


@external
def invalidateUnorderedNonces(wordPos: uint256, mask: uint256):
    """
    @notice Uses up the caller's nonces of one word whose bits are set, so that what was signed with them is worth nothing.
    """
    self.nonceBitmap[msg.sender][wordPos] |= mask
    log UnorderedNonceInvalidation(owner=msg.sender, word=wordPos, mask=mask)


@internal
def _use(owner: address, nonce: uint256):
    word: uint256 = nonce >> 8
    bit: uint256 = 1 << (nonce & 255)
    used: uint256 = self.nonceBitmap[owner][word]
    if used & bit != 0:
        raw_revert(method_id("InvalidNonce()"))
    self.nonceBitmap[owner][word] = used | bit
