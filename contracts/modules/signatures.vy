# pragma version 0.4.3
"""
@title Whose signature is it
@notice Guarantees that one digest has one valid ECDSA signature of an account (s in the lower half, EIP-2), and that the
    zero address never signed anything. An account with code may answer for itself (ERC-1271); ECDSA is tried first, so
    that an account delegated by EIP-7702 keeps signing with its key whatever its delegate can do.
"""

# Contract wallets: room for a passkey's signature or fifteen owners of a multi-signature wallet. Each call
# pays for memory of this size, several times over.
MAX_SIGNATURE: constant(uint256) = 1024

# Half the order of secp256k1: 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0.
_HALF_ORDER: constant(uint256) = (
    57896044618658097711785492504343953926418782139537452191302581570759080747168
)
_IS_VALID: constant(bytes4) = method_id("isValidSignature(bytes32,bytes)", output_type=bytes4)


@internal
@view
def _signed(signer: address, digest: bytes32, signature: Bytes[MAX_SIGNATURE]) -> bool:
    if len(signature) == 65 and self._recover_packed(digest, signature) == signer:
        return signer != empty(address)
    return self._answered(signer, digest, signature)


@internal
@pure
def _pack(v: uint8, r: bytes32, s: bytes32) -> Bytes[65]:
    return concat(r, s, convert(v, bytes1))


@internal
@pure
def _recover(digest: bytes32, v: uint8, r: bytes32, s: bytes32) -> address:
    """
    @return The signer; the zero address for what is no signature.
    """
    if convert(s, uint256) > _HALF_ORDER:
        return empty(address)
    return ecrecover(digest, v, r, s)


@internal
@pure
def _recover_packed(digest: bytes32, signature: Bytes[MAX_SIGNATURE]) -> address:
    return self._recover(
        digest,
        convert(slice(signature, 64, 1), uint8),
        extract32(signature, 0),
        extract32(signature, 32),
    )


@internal
@view
def _answered(wallet: address, digest: bytes32, signature: Bytes[MAX_SIGNATURE]) -> bool:
    # An account without code answers nothing, and a wallet that fails has not said yes: neither may stop the caller.
    success: bool = False
    answer: Bytes[32] = b""
    success, answer = raw_call(
        wallet,
        abi_encode(digest, signature, method_id=_IS_VALID),
        max_outsize=32,
        is_static_call=True,
        revert_on_failure=False,
    )
    return success and len(answer) == 32 and convert(answer, bytes32) == convert(_IS_VALID, bytes32)
