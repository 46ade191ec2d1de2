# pragma version 0.4.3
"""
@title A payer leaves without the receiver's consent
@notice Guarantees that a withdrawal is announced, one at a time for a channel, and comes due after the channel's delay, in
    which its receiver can claim; and that what was refunded meanwhile is not withdrawn again.
"""

from . import pairs

struct WithdrawalState:
    amount: uint128
    initiatedAt: uint40

# One word a channel: the amount, then the second it was announced in, or 0.
_pending: HashMap[bytes32, uint256]


@external
@view
def pendingWithdrawals(channelId: bytes32) -> WithdrawalState:
    return self._withdrawal(channelId)


@internal
@view
def _withdrawal(channel_id: bytes32) -> WithdrawalState:
    pair: uint256 = self._pending[channel_id]
    return WithdrawalState(amount=pairs._high(pair), initiatedAt=convert(pairs._low(pair), uint40))


@internal
def _announce(channel_id: bytes32, amount: uint128, delay: uint40) -> uint40:
    """
    @return The second from which it is due.
    """
    if self._pending[channel_id] != 0:
        raw_revert(method_id("WithdrawalAlreadyPending()"))
    self._pending[channel_id] = pairs._pair(amount, convert(block.timestamp, uint128))
    return convert(block.timestamp, uint40) + delay


@internal
def _finish(channel_id: bytes32, delay: uint40) -> uint128:
    """
    @return The amount announced.
    """
    withdrawal: WithdrawalState = self._withdrawal(channel_id)
    if withdrawal.initiatedAt == 0:
        raw_revert(method_id("WithdrawalNotPending()"))
    if block.timestamp < convert(withdrawal.initiatedAt + delay, uint256):
        raw_revert(method_id("WithdrawDelayNotElapsed()"))
    self._pending[channel_id] = 0
    return withdrawal.amount


@internal
def _reduce(channel_id: bytes32, refunded: uint128):
    withdrawal: WithdrawalState = self._withdrawal(channel_id)
    if refunded >= withdrawal.amount:
        self._pending[channel_id] = 0
    else:
        self._pending[channel_id] = pairs._pair(
            withdrawal.amount - refunded, convert(withdrawal.initiatedAt, uint128)
        )
