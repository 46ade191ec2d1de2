# pragma version 0.4.3
# pragma evm-version cancun
"""
@title ERC3009DepositCollector
@license Apache-2.0
@notice Brings deposits into payment channels by EIP-3009: same calls, data and errors as x402's collector. Guarantees that
    only the channels' contract calls it, and that a payer's authorization pays into the one channel it was signed for, as its
    nonce is the hash of the channel's id and a salt.
@dev Without constructor and immutables, so that its code can be laid at the canonical address
    0x4020806089470a89826cB9fB1f4059150b550004. Holds nothing between calls.
"""

from ethereum.ercs import IERC20

from modules import deposit_collector
from modules import signatures

interface IERC3009:
    def receiveWithAuthorization(
        sender: address,
        receiver: address,
        amount: uint256,
        validAfter: uint256,
        validBefore: uint256,
        nonce: bytes32,
        signature: Bytes[signatures.MAX_SIGNATURE],
    ): nonpayable

exports: deposit_collector.x402BatchSettlement


@external
def collect(
    payer: address,
    token: address,
    amount: uint256,
    channelId: bytes32,
    collectorData: Bytes[deposit_collector.MAX_DATA],
):
    """
    @param collectorData `validAfter`, `validBefore`, `salt` and `signature`, ABI-encoded.
    """
    deposit_collector._check_caller()
    valid_after: uint256 = 0
    valid_before: uint256 = 0
    salt: uint256 = 0
    signature: Bytes[signatures.MAX_SIGNATURE] = b""
    valid_after, valid_before, salt, signature = abi_decode(
        collectorData, (uint256, uint256, uint256, Bytes[signatures.MAX_SIGNATURE])
    )
    nonce: bytes32 = keccak256(abi_encode(channelId, salt))
    extcall IERC3009(token).receiveWithAuthorization(
        payer, self, amount, valid_after, valid_before, nonce, signature
    )
    sent: bool = extcall IERC20(token).transfer(msg.sender, amount, default_return_value=True)
    assert sent, "transfer refused"
