# pragma version 0.4.3
"""
@title What is signed about payment channels
@notice Guarantees the EIP-712 hashes of x402's scheme `batch-settlement`. A channel's id is one of them: it binds everything
    about the channel that never changes, its chain and its contract, so that nothing signed for one channel is worth anything
    in another.
@dev The domain is made anew each time, as a contract that is laid at its address has no constructor to keep it.
"""

# Room for a passkey's signature, or eleven owners of a multi-signature wallet. Memory is set aside for a batch of the longest
# ones, and its price grows with its square: agents sign by `payerAuthorizer`, in 65 bytes.
MAX_VOUCHER_SIGNATURE: constant(uint256) = 768
MAX_CLAIMS: constant(uint256) = 100

struct ChannelConfig:
    payer: address
    payerAuthorizer: address
    receiver: address
    receiverAuthorizer: address
    token: address
    withdrawDelay: uint40
    salt: bytes32

struct Voucher:
    channel: ChannelConfig
    maxClaimableAmount: uint128

struct VoucherClaim:
    voucher: Voucher
    signature: Bytes[MAX_VOUCHER_SIGNATURE]
    totalClaimed: uint128

CHANNEL_CONFIG_TYPEHASH: public(constant(bytes32)) = keccak256(
    "ChannelConfig(address payer,address payerAuthorizer,address receiver,"
    "address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
)
VOUCHER_TYPEHASH: public(constant(bytes32)) = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)")
REFUND_TYPEHASH: public(constant(bytes32)) = keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)")
CLAIM_ENTRY_TYPEHASH: public(constant(bytes32)) = keccak256(
    "ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
)
CLAIM_BATCH_TYPEHASH: public(constant(bytes32)) = keccak256(
    "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
)

_DOMAIN: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_NAME: constant(String[21]) = "x402 Batch Settlement"
_VERSION: constant(String[1]) = "1"
_HAS_NAME_VERSION_CHAIN_CONTRACT: constant(bytes1) = 0x0f


@external
@view
def eip712Domain() -> (bytes1, String[21], String[1], uint256, address, bytes32, DynArray[uint256, 1]):
    """
    @notice What a wallet has to sign for (ERC-5267): fields, name, version, chain id, contract, no salt, no extensions.
    """
    return _HAS_NAME_VERSION_CHAIN_CONTRACT, _NAME, _VERSION, chain.id, self, empty(bytes32), []


@external
@view
def getChannelId(config: ChannelConfig) -> bytes32:
    return self._channel_id(config)


@external
@view
def getVoucherDigest(channelId: bytes32, maxClaimableAmount: uint128) -> bytes32:
    return self._voucher_digest(channelId, maxClaimableAmount)


@external
@view
def getRefundDigest(channelId: bytes32, nonce: uint256, amount: uint128) -> bytes32:
    return self._refund_digest(channelId, nonce, amount)


@external
@view
def getClaimBatchDigest(voucherClaims: DynArray[VoucherClaim, MAX_CLAIMS]) -> bytes32:
    entries: DynArray[bytes32, MAX_CLAIMS] = []
    for one: VoucherClaim in voucherClaims:
        entries.append(self._entry_hash(one))
    return self._batch_digest(entries)


@internal
@view
def _channel_id(config: ChannelConfig) -> bytes32:
    return self._digest(keccak256(abi_encode(CHANNEL_CONFIG_TYPEHASH, config)))


@internal
@view
def _voucher_digest(channel_id: bytes32, maximum: uint128) -> bytes32:
    return self._digest(keccak256(abi_encode(VOUCHER_TYPEHASH, channel_id, maximum)))


@internal
@view
def _refund_digest(channel_id: bytes32, nonce: uint256, amount: uint128) -> bytes32:
    return self._digest(keccak256(abi_encode(REFUND_TYPEHASH, channel_id, nonce, amount)))


@internal
@view
def _entry_hash(claim: VoucherClaim) -> bytes32:
    channel_id: bytes32 = self._channel_id(claim.voucher.channel)
    return keccak256(
        abi_encode(CLAIM_ENTRY_TYPEHASH, channel_id, claim.voucher.maxClaimableAmount, claim.totalClaimed)
    )


@internal
@view
def _batch_digest(entries: DynArray[bytes32, MAX_CLAIMS]) -> bytes32:
    # The elements alone, without the offset and the length that come first.
    claims: bytes32 = keccak256(slice(abi_encode(entries), 64, 32 * len(entries)))
    return self._digest(keccak256(abi_encode(CLAIM_BATCH_TYPEHASH, claims)))


@internal
@view
def _digest(struct_hash: bytes32) -> bytes32:
    separator: bytes32 = keccak256(
        abi_encode(_DOMAIN, keccak256(_NAME), keccak256(_VERSION), chain.id, self)
    )
    return keccak256(concat(x"1901", separator, struct_hash))
