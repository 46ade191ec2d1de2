# pragma version 0.4.3
# pragma evm-version cancun
"""
@title X402UptoPermit2Proxy
@license Apache-2.0
@notice Settles x402 payments of the scheme `upto` over Permit2, for chains without the canonical proxy: same calls, types and
    errors. Guarantees that the payee named in the payer's signature gets at most the amount signed, once, and that only the
    facilitator named there says how much.
@dev Without constructor and immutables, so that its code can be laid at the canonical address
    0x4020A4f3b7b90ccA423B9fabCc0CE57C6C240002.
"""

from modules import permit2_types
from modules import signatures
from modules import x402_permit2

struct Witness:
    to: address
    facilitator: address
    validAfter: uint256

exports: x402_permit2.PERMIT2

WITNESS_TYPEHASH: public(constant(bytes32)) = keccak256(
    "Witness(address to,address facilitator,uint256 validAfter)"
)
WITNESS_TYPE_STRING: public(constant(String[120])) = (
    "Witness witness)TokenPermissions(address token,uint256 amount)"
    "Witness(address to,address facilitator,uint256 validAfter)"
)


@external
@nonreentrant
def settle(
    permit: permit2_types.PermitTransferFrom,
    amount: uint256,
    owner: address,
    witness: Witness,
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    self._settle(permit, amount, owner, witness, signature)
    log x402_permit2.Settled()


@external
@nonreentrant
def settleWithPermit(
    permit2612: x402_permit2.EIP2612Permit,
    permit: permit2_types.PermitTransferFrom,
    amount: uint256,
    owner: address,
    witness: Witness,
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    """
    @notice The same for a payer who has not approved Permit2 yet, and signed that too.
    """
    x402_permit2._approve(permit, owner, permit2612)
    self._settle(permit, amount, owner, witness, signature)
    log x402_permit2.SettledWithPermit()


@internal
def _settle(
    permit: permit2_types.PermitTransferFrom,
    amount: uint256,
    owner: address,
    witness: Witness,
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    if amount > permit.permitted.amount:
        raw_revert(method_id("AmountExceedsPermitted()"))
    if msg.sender != witness.facilitator:
        raw_revert(method_id("UnauthorizedFacilitator()"))
    x402_permit2._settle(
        permit,
        amount,
        owner,
        witness.to,
        witness.validAfter,
        keccak256(abi_encode(WITNESS_TYPEHASH, witness)),
        WITNESS_TYPE_STRING,
        signature,
    )
