# pragma version 0.4.3
"""
@title What Permit2 has signed
@notice Guarantees the struct hashes of the EIP-712 types of Permit2's SignatureTransfer. The spender is whoever calls, so that
    a signature is worth nothing to anybody else.
"""

# Tokens in one batch.
MAX_TOKENS: constant(uint256) = 32
MAX_TYPE: constant(uint256) = 256

struct TokenPermissions:
    token: address
    amount: uint256

struct PermitTransferFrom:
    permitted: TokenPermissions
    nonce: uint256
    deadline: uint256

struct PermitBatchTransferFrom:
    permitted: DynArray[TokenPermissions, MAX_TOKENS]
    nonce: uint256
    deadline: uint256

_TOKEN_PERMISSIONS: constant(bytes32) = keccak256("TokenPermissions(address token,uint256 amount)")
_SINGLE: constant(bytes32) = keccak256(
    "PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)"
    "TokenPermissions(address token,uint256 amount)"
)
_BATCH: constant(bytes32) = keccak256(
    "PermitBatchTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline)"
    "TokenPermissions(address token,uint256 amount)"
)
# What follows is the application's: its witness, then the types it is made of.
_SINGLE_WITH: constant(String[100]) = (
    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,"
)
_BATCH_WITH: constant(String[107]) = (
    "PermitBatchWitnessTransferFrom(TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline,"
)


@internal
@view
def _single(permit: PermitTransferFrom) -> bytes32:
    permitted: bytes32 = self._permissions(permit.permitted)
    return keccak256(abi_encode(_SINGLE, permitted, msg.sender, permit.nonce, permit.deadline))


@internal
@view
def _single_with(permit: PermitTransferFrom, witness: bytes32, witness_type: String[MAX_TYPE]) -> bytes32:
    typehash: bytes32 = keccak256(concat(_SINGLE_WITH, witness_type))
    permitted: bytes32 = self._permissions(permit.permitted)
    return keccak256(abi_encode(typehash, permitted, msg.sender, permit.nonce, permit.deadline, witness))


@internal
@view
def _batch(permit: PermitBatchTransferFrom) -> bytes32:
    permitted: bytes32 = self._all_permissions(permit.permitted)
    return keccak256(abi_encode(_BATCH, permitted, msg.sender, permit.nonce, permit.deadline))


@internal
@view
def _batch_with(permit: PermitBatchTransferFrom, witness: bytes32, witness_type: String[MAX_TYPE]) -> bytes32:
    typehash: bytes32 = keccak256(concat(_BATCH_WITH, witness_type))
    permitted: bytes32 = self._all_permissions(permit.permitted)
    return keccak256(abi_encode(typehash, permitted, msg.sender, permit.nonce, permit.deadline, witness))


@internal
@pure
def _permissions(permitted: TokenPermissions) -> bytes32:
    return keccak256(abi_encode(_TOKEN_PERMISSIONS, permitted))


@internal
@pure
def _all_permissions(permitted: DynArray[TokenPermissions, MAX_TOKENS]) -> bytes32:
    hashes: DynArray[bytes32, MAX_TOKENS] = []
    for one: TokenPermissions in permitted:
        hashes.append(self._permissions(one))
    # The elements alone, without the offset and the length that come first.
    return keccak256(slice(abi_encode(hashes), 64, 32 * len(hashes)))
