# pragma version 0.4.3
# pragma evm-version cancun
"""
@title BatchSettlement
@license Apache-2.0
@notice Payment channels of x402's scheme `batch-settlement`: one deposit, then a signature a call. Same calls, types, events and
    errors as the canonical contract. Guarantees that a channel pays out at most its balance; that its receiver gets what a
    voucher of its payer allows and no more; that a claim never goes down, and one sent twice changes nothing; that the payer
    gets back what is unclaimed by the receiver's word at once, and without it after the channel's delay; and that money which
    has left by either way can not be claimed any more. A token that lies or calls back hurts only channels in that token. One
    bad claim fails its batch.
@dev Without constructor and immutables, so that its code can be laid at the canonical address
    0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003. Narrower than the canonical one: a batch holds 100 claims and a `multicall` 4
    calls; signatures have a longest length.
"""

from ethereum.ercs import IERC20

from modules import channel_types
from modules import deposit_collector
from modules import escrow
from modules import multicalls
from modules import signatures
from modules import withdrawals

interface DepositCollector:
    def collect(
        payer: address,
        token: address,
        amount: uint256,
        channelId: bytes32,
        collectorData: Bytes[deposit_collector.MAX_DATA],
    ): nonpayable

initializes: escrow
initializes: withdrawals

exports: (
    channel_types.__interface__,
    escrow.__interface__,
    multicalls.__interface__,
    withdrawals.__interface__,
)

event ChannelCreated:
    channelId: indexed(bytes32)
    config: channel_types.ChannelConfig

event ChannelClosed:
    channelId: indexed(bytes32)
    config: channel_types.ChannelConfig

event Deposited:
    channelId: indexed(bytes32)
    sender: indexed(address)
    amount: uint128
    newBalance: uint128

event Claimed:
    channelId: indexed(bytes32)
    sender: indexed(address)
    claimAmount: uint128
    newTotalClaimed: uint128

event Settled:
    receiver: indexed(address)
    token: indexed(address)
    sender: indexed(address)
    amount: uint128

event Refunded:
    channelId: indexed(bytes32)
    sender: indexed(address)
    amount: uint128

event WithdrawInitiated:
    channelId: indexed(bytes32)
    amount: uint128
    finalizeAfter: uint40

event WithdrawFinalized:
    channelId: indexed(bytes32)
    sender: indexed(address)
    amount: uint128

# Seconds: a quarter of an hour to thirty days.
MIN_WITHDRAW_DELAY: public(constant(uint40)) = 900
MAX_WITHDRAW_DELAY: public(constant(uint40)) = 2_592_000

refundNonce: public(HashMap[bytes32, uint256])


@external
@nonreentrant
def deposit(
    config: channel_types.ChannelConfig,
    amount: uint128,
    collector: address,
    collectorData: Bytes[deposit_collector.MAX_DATA],
):
    """
    @notice Opens a channel, or pays more into it.
    @param collector Brings the payer's tokens here. Nobody trusts it: only what arrives counts.
    """
    self._check(config)
    if amount == 0:
        raw_revert(method_id("ZeroDeposit()"))
    if collector == empty(address):
        raw_revert(method_id("InvalidCollector()"))
    channel_id: bytes32 = channel_types._channel_id(config)
    channel: escrow.ChannelState = escrow._deposit(channel_id, amount)
    due: uint256 = staticcall IERC20(config.token).balanceOf(self) + convert(amount, uint256)
    extcall DepositCollector(collector).collect(
        config.payer, config.token, convert(amount, uint256), channel_id, collectorData
    )
    if staticcall IERC20(config.token).balanceOf(self) != due:
        raw_revert(method_id("DepositCollectionFailed()"))
    if channel.balance == amount:
        log ChannelCreated(channelId=channel_id, config=config)
    log Deposited(channelId=channel_id, sender=msg.sender, amount=amount, newBalance=channel.balance)


@external
@nonreentrant
def claim(voucherClaims: DynArray[channel_types.VoucherClaim, channel_types.MAX_CLAIMS]):
    """
    @notice Makes what vouchers allow the receivers'. For receivers, and those who speak for them.
    @param voucherClaims What is claimed in all of each channel, never less than before.
    """
    if len(voucherClaims) == 0:
        raw_revert(method_id("EmptyBatch()"))
    for one: channel_types.VoucherClaim in voucherClaims:
        if not self._is_for_receiver(one.voucher.channel):
            raw_revert(method_id("NotAuthorizedToClaim()"))
        self._claim(one)


@external
@nonreentrant
def claimWithSignature(
    voucherClaims: DynArray[channel_types.VoucherClaim, channel_types.MAX_CLAIMS],
    authorizerSignature: Bytes[signatures.MAX_SIGNATURE],
):
    """
    @notice The same, by anybody who brings the word of the one that speaks for all these receivers.
    """
    if len(voucherClaims) == 0:
        raw_revert(method_id("EmptyBatch()"))
    authorizer: address = voucherClaims[0].voucher.channel.receiverAuthorizer
    entries: DynArray[bytes32, channel_types.MAX_CLAIMS] = []
    for one: channel_types.VoucherClaim in voucherClaims:
        entries.append(channel_types._entry_hash(one))
    self._check_signed(authorizer, channel_types._batch_digest(entries), authorizerSignature)
    for one: channel_types.VoucherClaim in voucherClaims:
        if one.voucher.channel.receiverAuthorizer != authorizer:
            raw_revert(method_id("NotReceiverAuthorizer()"))
        self._claim(one)


@external
@nonreentrant
def settle(receiver: address, token: address):
    """
    @notice Sends a receiver all that was claimed for it, whoever calls.
    """
    amount: uint128 = escrow._sweep(receiver, token)
    if amount == 0:
        return
    self._send(token, receiver, amount)
    log Settled(receiver=receiver, token=token, sender=msg.sender, amount=amount)


@external
@nonreentrant
def refund(config: channel_types.ChannelConfig, amount: uint128):
    """
    @notice Gives the payer back up to this amount of what is unclaimed. For the receiver, and who speaks for it.
    """
    if not self._is_for_receiver(config):
        raw_revert(method_id("NotAuthorizedToRefund()"))
    self._refund(config, channel_types._channel_id(config), amount)


@external
@nonreentrant
def refundWithSignature(
    config: channel_types.ChannelConfig,
    amount: uint128,
    nonce: uint256,
    receiverAuthorizerSignature: Bytes[signatures.MAX_SIGNATURE],
):
    """
    @notice The same, by anybody who brings the word of the one that speaks for the receiver.
    """
    channel_id: bytes32 = channel_types._channel_id(config)
    if nonce != self.refundNonce[channel_id]:
        raw_revert(method_id("InvalidRefundNonce()"))
    digest: bytes32 = channel_types._refund_digest(channel_id, nonce, amount)
    self._check_signed(config.receiverAuthorizer, digest, receiverAuthorizerSignature)
    self._refund(config, channel_id, amount)


@external
@nonreentrant
def initiateWithdraw(config: channel_types.ChannelConfig, amount: uint128):
    """
    @notice Announces that the payer takes back what is unclaimed. Vouchers that are not claimed until then are worth nothing.
    """
    if not self._is_for_payer(config):
        raw_revert(method_id("InvalidChannel()"))
    if amount == 0:
        raw_revert(method_id("NothingToWithdraw()"))
    channel_id: bytes32 = channel_types._channel_id(config)
    due: uint40 = withdrawals._announce(channel_id, amount, config.withdrawDelay)
    if amount > escrow._unclaimed(channel_id):
        raw_revert(method_id("WithdrawAmountExceedsAvailable()"))
    log WithdrawInitiated(channelId=channel_id, amount=amount, finalizeAfter=due)


@external
@nonreentrant
def finalizeWithdraw(config: channel_types.ChannelConfig):
    """
    @notice Sends the payer what was announced, as far as it is still unclaimed.
    """
    if not self._is_for_payer(config):
        raw_revert(method_id("NotAuthorizedToFinalizeWithdraw()"))
    channel_id: bytes32 = channel_types._channel_id(config)
    announced: uint128 = withdrawals._finish(channel_id, config.withdrawDelay)
    amount: uint128 = min(announced, escrow._unclaimed(channel_id))
    log WithdrawFinalized(channelId=channel_id, sender=msg.sender, amount=amount)
    self._give_back(config, channel_id, amount)


@internal
@pure
def _check(config: channel_types.ChannelConfig):
    if empty(address) in [config.payer, config.receiver, config.receiverAuthorizer, config.token]:
        raw_revert(method_id("InvalidChannel()"))
    if config.withdrawDelay < MIN_WITHDRAW_DELAY or config.withdrawDelay > MAX_WITHDRAW_DELAY:
        raw_revert(method_id("WithdrawDelayOutOfRange()"))


@internal
@view
def _is_for_receiver(config: channel_types.ChannelConfig) -> bool:
    return msg.sender in [config.receiver, config.receiverAuthorizer]


@internal
@view
def _is_for_payer(config: channel_types.ChannelConfig) -> bool:
    return msg.sender in [config.payer, config.payerAuthorizer]


@internal
@view
def _check_signed(signer: address, digest: bytes32, signature: Bytes[signatures.MAX_SIGNATURE]):
    if not signatures._signed(signer, digest, signature):
        raw_revert(method_id("InvalidSignature()"))


@internal
def _claim(one: channel_types.VoucherClaim):
    config: channel_types.ChannelConfig = one.voucher.channel
    channel_id: bytes32 = channel_types._channel_id(config)
    channel: escrow.ChannelState = escrow._channel(channel_id)
    if one.totalClaimed <= channel.totalClaimed:
        return
    if one.totalClaimed > one.voucher.maxClaimableAmount:
        raw_revert(method_id("ClaimExceedsCeiling()"))
    if one.totalClaimed > channel.balance:
        raw_revert(method_id("ClaimExceedsBalance()"))
    self._check_voucher(config, channel_id, one.voucher.maxClaimableAmount, one.signature)
    escrow._claim(channel_id, channel, one.totalClaimed, config.receiver, config.token)
    log Claimed(
        channelId=channel_id,
        sender=msg.sender,
        claimAmount=one.totalClaimed - channel.totalClaimed,
        newTotalClaimed=one.totalClaimed,
    )


@internal
@view
def _check_voucher(
    config: channel_types.ChannelConfig,
    channel_id: bytes32,
    maximum: uint128,
    signature: Bytes[channel_types.MAX_VOUCHER_SIGNATURE],
):
    """
    @notice A session key signs for itself; without one the payer does, who may be a contract (ERC-1271).
    """
    digest: bytes32 = channel_types._voucher_digest(channel_id, maximum)
    if config.payerAuthorizer == empty(address):
        self._check_signed(config.payer, digest, signature)
    elif len(signature) != 65 or signatures._recover_packed(digest, signature) != config.payerAuthorizer:
        raw_revert(method_id("InvalidSignature()"))


@internal
def _refund(config: channel_types.ChannelConfig, channel_id: bytes32, requested: uint128):
    if requested == 0:
        raw_revert(method_id("ZeroRefund()"))
    # Also when nothing is left to refund: a word that was given is used up.
    self.refundNonce[channel_id] += 1
    amount: uint128 = min(requested, escrow._unclaimed(channel_id))
    if amount == 0:
        return
    withdrawals._reduce(channel_id, amount)
    log Refunded(channelId=channel_id, sender=msg.sender, amount=amount)
    self._give_back(config, channel_id, amount)


@internal
def _give_back(config: channel_types.ChannelConfig, channel_id: bytes32, amount: uint128):
    channel: escrow.ChannelState = escrow._give_back(channel_id, amount)
    if channel.balance == 0:
        log ChannelClosed(channelId=channel_id, config=config)
    if amount > 0:
        self._send(config.token, config.payer, amount)


@internal
def _send(token: address, to: address, amount: uint128):
    sent: bool = extcall IERC20(token).transfer(to, convert(amount, uint256), default_return_value=True)
    if not sent:
        raw_revert(abi_encode(token, method_id=method_id("SafeERC20FailedOperation(address)")))
