# pragma version 0.4.3
"""
@title An x402 payment over Permit2: what both proxies share
@notice Guarantees that a payment goes where its witness says and nowhere else, not before the witness allows, and never as
    nothing, which would use up its nonce for no money.
"""

from . import permit2_types
from . import signatures

interface SignatureTransfer:
    def permitWitnessTransferFrom(
        permit: permit2_types.PermitTransferFrom,
        transferDetails: SignatureTransferDetails,
        owner: address,
        witness: bytes32,
        witnessTypeString: String[permit2_types.MAX_TYPE],
        signature: Bytes[signatures.MAX_SIGNATURE],
    ): nonpayable

struct SignatureTransferDetails:
    to: address
    requestedAmount: uint256

struct EIP2612Permit:
    value: uint256
    deadline: uint256
    r: bytes32
    s: bytes32
    v: uint8

event Settled:
    pass

event SettledWithPermit:
    pass

# The same on every chain; local ones have our own contract there.
PERMIT2: public(constant(address)) = 0x000000000022D473030F116dDEE9F6B43aC78BA3


@internal
def _settle(
    permit: permit2_types.PermitTransferFrom,
    amount: uint256,
    owner: address,
    to: address,
    valid_after: uint256,
    witness: bytes32,
    witness_type: String[permit2_types.MAX_TYPE],
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    if amount == 0:
        raw_revert(method_id("InvalidAmount()"))
    if owner == empty(address):
        raw_revert(method_id("InvalidOwner()"))
    if to == empty(address):
        raw_revert(method_id("InvalidDestination()"))
    if block.timestamp < valid_after:
        raw_revert(method_id("PaymentTooEarly()"))
    details: SignatureTransferDetails = SignatureTransferDetails(to=to, requestedAmount=amount)
    extcall SignatureTransfer(PERMIT2).permitWitnessTransferFrom(
        permit, details, owner, witness, witness_type, signature
    )


@internal
def _approve(permit: permit2_types.PermitTransferFrom, owner: address, approval: EIP2612Permit):
    """
    @notice Brings the owner's approval of Permit2 (EIP-2612), for one who never sent a transaction. One that fails is let pass:
        somebody else may have brought it already, and without approval the settlement fails anyway.
    """
    if approval.value != permit.permitted.amount:
        raw_revert(method_id("Permit2612AmountMismatch()"))
    _: bool = raw_call(
        permit.permitted.token,
        abi_encode(
            owner,
            PERMIT2,
            approval.value,
            approval.deadline,
            approval.v,
            approval.r,
            approval.s,
            method_id=method_id("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"),
        ),
        revert_on_failure=False,
    )
