# pragma version 0.4.3
"""
@title What lies in channels, and what of it is whose
@notice Guarantees that of a channel's balance no more is claimed than is there, that what is claimed is the receiver's for
    ever and is swept once, and that the payer gets back only what nobody has claimed.
@dev A balance is all that was paid in less what went back to the payer: what is claimed stays a part of it.
"""

from . import pairs

struct ChannelState:
    balance: uint128
    totalClaimed: uint128

struct ReceiverState:
    totalClaimed: uint128
    totalSettled: uint128

# One word a channel: its balance, then what is claimed of it. One word a receiver and token: claimed, then settled.
_channels: HashMap[bytes32, uint256]
_receivers: HashMap[address, HashMap[address, uint256]]


@external
@view
def channels(channelId: bytes32) -> ChannelState:
    return self._channel(channelId)


@external
@view
def receivers(receiver: address, token: address) -> ReceiverState:
    pair: uint256 = self._receivers[receiver][token]
    return ReceiverState(totalClaimed=pairs._high(pair), totalSettled=pairs._low(pair))


@internal
@view
def _channel(channel_id: bytes32) -> ChannelState:
    pair: uint256 = self._channels[channel_id]
    return ChannelState(balance=pairs._high(pair), totalClaimed=pairs._low(pair))


@internal
@view
def _unclaimed(channel_id: bytes32) -> uint128:
    channel: ChannelState = self._channel(channel_id)
    return channel.balance - channel.totalClaimed


@internal
def _deposit(channel_id: bytes32, amount: uint128) -> ChannelState:
    """
    @return The channel with the deposit in it.
    """
    channel: ChannelState = self._channel(channel_id)
    if amount > max_value(uint128) - channel.balance:
        raw_revert(method_id("DepositOverflow()"))
    return self._set(channel_id, channel.balance + amount, channel.totalClaimed)


@internal
def _claim(channel_id: bytes32, channel: ChannelState, total: uint128, receiver: address, token: address):
    """
    @param channel As it is now.
    @param total What is claimed of it from now on, at most its balance.
    """
    self._set(channel_id, channel.balance, total)
    pair: uint256 = self._receivers[receiver][token]
    claimed: uint128 = pairs._high(pair) + (total - channel.totalClaimed)
    self._receivers[receiver][token] = pairs._pair(claimed, pairs._low(pair))


@internal
def _give_back(channel_id: bytes32, amount: uint128) -> ChannelState:
    """
    @param amount At most what nobody has claimed.
    @return What is left of the channel.
    """
    channel: ChannelState = self._channel(channel_id)
    return self._set(channel_id, channel.balance - amount, channel.totalClaimed)


@internal
def _sweep(receiver: address, token: address) -> uint128:
    """
    @return What was claimed and not swept yet.
    """
    pair: uint256 = self._receivers[receiver][token]
    claimed: uint128 = pairs._high(pair)
    self._receivers[receiver][token] = pairs._pair(claimed, claimed)
    return claimed - pairs._low(pair)


@internal
def _set(channel_id: bytes32, balance: uint128, claimed: uint128) -> ChannelState:
    self._channels[channel_id] = pairs._pair(balance, claimed)
    return ChannelState(balance=balance, totalClaimed=claimed)
