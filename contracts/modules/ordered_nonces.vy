# pragma version 0.4.3
"""
@title Nonces in order
@notice Guarantees that an account's signatures are used one after the other and each once (EIP-2612, ERC-5805).
"""

nonces: public(HashMap[address, uint256])


@internal
def _next(owner: address) -> uint256:
    """
    @notice Uses up the nonce that it returns.
    """
    nonce: uint256 = self.nonces[owner]
    self.nonces[owner] = nonce + 1
    return nonce
