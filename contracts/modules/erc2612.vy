# pragma version 0.4.3
"""
@title Approval by signature (EIP-2612)
@notice Guarantees that an allowance set this way was signed by its owner, for this spender and amount, in order, once, and
    not after its deadline. A contract wallet may sign (ERC-1271).
"""

from interfaces import IERC2612

from . import eip712
from . import erc20
from . import ordered_nonces
from . import signatures

uses: eip712
uses: erc20
uses: ordered_nonces

implements: IERC2612

exports: (eip712.DOMAIN_SEPARATOR, ordered_nonces.nonces)

PERMIT_TYPEHASH: public(constant(bytes32)) = keccak256(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)


@external
def permit(
    owner: address, spender: address, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    assert block.timestamp <= deadline, "expired"
    struct_hash: bytes32 = keccak256(
        abi_encode(PERMIT_TYPEHASH, owner, spender, amount, ordered_nonces._next(owner), deadline)
    )
    assert signatures._signed(owner, eip712._digest(struct_hash), signatures._pack(v, r, s)), "invalid signature"
    erc20._approve(owner, spender, amount)
