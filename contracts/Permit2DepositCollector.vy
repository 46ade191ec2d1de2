# pragma version 0.4.3
# pragma evm-version cancun
"""
@title Permit2DepositCollector
@license Apache-2.0
@notice Brings deposits into payment channels by Permit2: same calls, data, types and errors as x402's collector. Guarantees
    that only the channels' contract calls it, and that a payer's permit pays into the one channel that is its witness.
@dev Without constructor and immutables, so that its code can be laid at the canonical address
    0x4020425FAf3B746C082C2f942b4E5159887B0005. An approval that fails is let pass without an event.
"""

from modules import deposit_collector
from modules import permit2_types
from modules import signatures
from modules import x402_permit2

exports: (
    deposit_collector.x402BatchSettlement,
    x402_permit2.PERMIT2,
)

DEPOSIT_WITNESS_TYPEHASH: public(constant(bytes32)) = keccak256("DepositWitness(bytes32 channelId)")
DEPOSIT_WITNESS_TYPE_STRING: public(constant(String[103])) = (
    "DepositWitness witness)DepositWitness(bytes32 channelId)TokenPermissions(address token,uint256 amount)"
)

# Value, deadline, v, r and s.
_APPROVAL_SIZE: constant(uint256) = 160


@external
def collect(
    payer: address,
    token: address,
    amount: uint256,
    channelId: bytes32,
    collectorData: Bytes[deposit_collector.MAX_DATA],
):
    """
    @param collectorData `nonce`, `deadline`, `signature` and, for a payer who has not approved Permit2 yet, the `value`,
        `deadline`, `v`, `r` and `s` of an approval (EIP-2612), or nothing; ABI-encoded.
    """
    deposit_collector._check_caller()
    permit: permit2_types.PermitTransferFrom = empty(permit2_types.PermitTransferFrom)
    permit.permitted = permit2_types.TokenPermissions(token=token, amount=amount)
    signature: Bytes[signatures.MAX_SIGNATURE] = b""
    approval: Bytes[_APPROVAL_SIZE] = b""
    permit.nonce, permit.deadline, signature, approval = abi_decode(
        collectorData, (uint256, uint256, Bytes[signatures.MAX_SIGNATURE], Bytes[_APPROVAL_SIZE])
    )
    if len(approval) > 0:
        x402_permit2._approve(permit, payer, self._approval(approval))
    x402_permit2._settle(
        permit,
        amount,
        payer,
        msg.sender,
        0,
        keccak256(abi_encode(DEPOSIT_WITNESS_TYPEHASH, channelId)),
        DEPOSIT_WITNESS_TYPE_STRING,
        signature,
    )


@internal
@pure
def _approval(encoded: Bytes[_APPROVAL_SIZE]) -> x402_permit2.EIP2612Permit:
    value: uint256 = 0
    deadline: uint256 = 0
    v: uint8 = 0
    r: bytes32 = empty(bytes32)
    s: bytes32 = empty(bytes32)
    value, deadline, v, r, s = abi_decode(encoded, (uint256, uint256, uint8, bytes32, bytes32))
    return x402_permit2.EIP2612Permit(value=value, deadline=deadline, r=r, s=s, v=v)
