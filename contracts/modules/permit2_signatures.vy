# pragma version 0.4.3
"""
@title Whose signature is it, by Permit2's rules
@notice Guarantees the verdict of the Permit2 of other chains, whatever we think of it: an account with code, one delegated by
    EIP-7702 too, answers for itself (ERC-1271) and its key counts for nothing; any other signs by ECDSA, in 65 bytes or in
    the 64 of EIP-2098. Both signatures of a digest are taken, as a nonce is used once whichever comes.
"""

from . import signatures

_LOWER_255_BITS: constant(uint256) = 2**255 - 1


@internal
@view
def _verify(owner: address, digest: bytes32, signature: Bytes[signatures.MAX_SIGNATURE]):
    if owner.is_contract:
        if not signatures._answered(owner, digest, signature):
            raw_revert(method_id("InvalidContractSignature()"))
        return
    if len(signature) != 64 and len(signature) != 65:
        raw_revert(method_id("InvalidSignatureLength()"))
    signer: address = self._recover(digest, signature)
    if signer == empty(address):
        raw_revert(method_id("InvalidSignature()"))
    if signer != owner:
        raw_revert(method_id("InvalidSigner()"))


@internal
@pure
def _recover(digest: bytes32, signature: Bytes[signatures.MAX_SIGNATURE]) -> address:
    r: bytes32 = extract32(signature, 0)
    if len(signature) == 65:
        return ecrecover(digest, convert(slice(signature, 64, 1), uint8), r, extract32(signature, 32))
    parity_and_s: uint256 = extract32(signature, 32, output_type=uint256)
    v: uint256 = 27 + (parity_and_s >> 255)
    return ecrecover(digest, v, convert(r, uint256), parity_and_s & _LOWER_255_BITS)
