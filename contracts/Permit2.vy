# pragma version 0.4.3
# pragma evm-version cancun
"""
@title Permit2
@license Apache-2.0
@notice Permit2's SignatureTransfer for chains that have no Permit2: same calls, types, errors and domain. Guarantees that an
    owner's tokens, as far as they are approved to this contract, move only to a spender who was named in the owner's signature
    and calls in person, within the amounts and the time signed, once for each nonce.
@dev Without constructor and immutables, so that its code can be laid at the canonical address
    0x000000000022D473030F116dDEE9F6B43aC78BA3. Not here: AllowanceTransfer. Stricter than the canonical one: a token has to
    be a contract, and a batch holds 32 tokens at most.
"""

from ethereum.ercs import IERC20

from modules import permit2_signatures
from modules import permit2_types
from modules import signatures
from modules import unordered_nonces

initializes: unordered_nonces

exports: unordered_nonces.__interface__

struct SignatureTransferDetails:
    to: address
    requestedAmount: uint256

_DOMAIN: constant(bytes32) = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)")
_NAME: constant(bytes32) = keccak256("Permit2")

# The calls for a batch share their names with those for a single token, and are told by selector.
_BATCH: constant(bytes4) = method_id(
    "permitTransferFrom(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes)",
    output_type=bytes4,
)
_BATCH_WITH: constant(bytes4) = method_id(
    "permitWitnessTransferFrom"
    "(((address,uint256)[],uint256,uint256),(address,uint256)[],address,bytes32,string,bytes)",
    output_type=bytes4,
)
_MAX_CALL: constant(uint256) = (
    4 + 20 * 32 + 2 * 64 * permit2_types.MAX_TOKENS + permit2_types.MAX_TYPE + signatures.MAX_SIGNATURE
)

# Precompile 4 answers with what it was asked: the one way to have the whole calldata as bytes.
_IDENTITY: constant(address) = 0x0000000000000000000000000000000000000004


@external
@view
def DOMAIN_SEPARATOR() -> bytes32:
    return self._domain_separator()


@external
def permitTransferFrom(
    permit: permit2_types.PermitTransferFrom,
    transferDetails: SignatureTransferDetails,
    owner: address,
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    """
    @notice Moves up to the amount signed to wherever the spender, who calls, says.
    """
    self._transfer(permit, transferDetails, owner, permit2_types._single(permit), signature)


@external
def permitWitnessTransferFrom(
    permit: permit2_types.PermitTransferFrom,
    transferDetails: SignatureTransferDetails,
    owner: address,
    witness: bytes32,
    witnessTypeString: String[permit2_types.MAX_TYPE],
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    """
    @notice The same for what was signed together with more, which the spender vouches to have looked at.
    @param witness The struct hash of what else was signed.
    @param witnessTypeString The rest of the signed type, from the witness's field on: "T witness)...".
    """
    struct_hash: bytes32 = permit2_types._single_with(permit, witness, witnessTypeString)
    self._transfer(permit, transferDetails, owner, struct_hash, signature)


@external
def __default__():
    called: Bytes[_MAX_CALL] = raw_call(_IDENTITY, msg.data, max_outsize=_MAX_CALL, is_static_call=True)
    assert len(called) >= 4, "unknown function"
    selector: bytes4 = convert(slice(called, 0, 4), bytes4)
    assert selector == _BATCH or selector == _BATCH_WITH, "unknown function"
    arguments: Bytes[_MAX_CALL] = slice(called, 4, len(called) - 4)
    permit: permit2_types.PermitBatchTransferFrom = empty(permit2_types.PermitBatchTransferFrom)
    details: DynArray[SignatureTransferDetails, permit2_types.MAX_TOKENS] = []
    owner: address = empty(address)
    signature: Bytes[signatures.MAX_SIGNATURE] = b""
    if selector == _BATCH:
        permit, details, owner, signature = abi_decode(
            arguments,
            (
                permit2_types.PermitBatchTransferFrom,
                DynArray[SignatureTransferDetails, permit2_types.MAX_TOKENS],
                address,
                Bytes[signatures.MAX_SIGNATURE],
            ),
        )
        self._transfer_batch(permit, details, owner, permit2_types._batch(permit), signature)
    else:
        witness: bytes32 = empty(bytes32)
        witness_type: String[permit2_types.MAX_TYPE] = ""
        permit, details, owner, witness, witness_type, signature = abi_decode(
            arguments,
            (
                permit2_types.PermitBatchTransferFrom,
                DynArray[SignatureTransferDetails, permit2_types.MAX_TOKENS],
                address,
                bytes32,
                String[permit2_types.MAX_TYPE],
                Bytes[signatures.MAX_SIGNATURE],
            ),
        )
        struct_hash: bytes32 = permit2_types._batch_with(permit, witness, witness_type)
        self._transfer_batch(permit, details, owner, struct_hash, signature)


@internal
def _transfer(
    permit: permit2_types.PermitTransferFrom,
    details: SignatureTransferDetails,
    owner: address,
    struct_hash: bytes32,
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    self._check_deadline(permit.deadline)
    self._check_amount(details.requestedAmount, permit.permitted.amount)
    self._use(owner, permit.nonce, struct_hash, signature)
    self._move(permit.permitted.token, owner, details)


@internal
def _transfer_batch(
    permit: permit2_types.PermitBatchTransferFrom,
    details: DynArray[SignatureTransferDetails, permit2_types.MAX_TOKENS],
    owner: address,
    struct_hash: bytes32,
    signature: Bytes[signatures.MAX_SIGNATURE],
):
    self._check_deadline(permit.deadline)
    if len(details) != len(permit.permitted):
        raw_revert(method_id("LengthMismatch()"))
    self._use(owner, permit.nonce, struct_hash, signature)
    for index: uint256 in range(len(details), bound=permit2_types.MAX_TOKENS):
        self._check_amount(details[index].requestedAmount, permit.permitted[index].amount)
        if details[index].requestedAmount != 0:
            self._move(permit.permitted[index].token, owner, details[index])


@internal
@view
def _check_deadline(deadline: uint256):
    if block.timestamp > deadline:
        raw_revert(abi_encode(deadline, method_id=method_id("SignatureExpired(uint256)")))


@internal
@pure
def _check_amount(requested: uint256, permitted: uint256):
    if requested > permitted:
        raw_revert(abi_encode(permitted, method_id=method_id("InvalidAmount(uint256)")))


@internal
def _use(
    owner: address, nonce: uint256, struct_hash: bytes32, signature: Bytes[signatures.MAX_SIGNATURE]
):
    unordered_nonces._use(owner, nonce)
    digest: bytes32 = keccak256(concat(x"1901", self._domain_separator(), struct_hash))
    permit2_signatures._verify(owner, digest, signature)


@internal
def _move(token: address, owner: address, details: SignatureTransferDetails):
    moved: bool = extcall IERC20(token).transferFrom(
        owner, details.to, details.requestedAmount, default_return_value=True
    )
    assert moved, "TRANSFER_FROM_FAILED"


@internal
@view
def _domain_separator() -> bytes32:
    return keccak256(abi_encode(_DOMAIN, _NAME, chain.id, self))
