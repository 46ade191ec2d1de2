# pragma version 0.4.3
"""
@title Votes (ERC-5805) on a clock in seconds (ERC-6372)
@notice Guarantees that a balance votes once, through the one account its holder delegated to; that the votes of a past
    second never change; and that the votes of all delegates never exceed the total. Who delegated to nobody has no vote.
"""

from . import balances
from . import eip712
from . import ordered_nonces
from . import signatures

uses: balances
uses: eip712
uses: ordered_nonces

event DelegateChanged:
    delegator: indexed(address)
    fromDelegate: indexed(address)
    toDelegate: indexed(address)

event DelegateVotesChanged:
    delegate: indexed(address)
    previousVotes: uint256
    newVotes: uint256

_DELEGATION: constant(bytes32) = keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)")

# A checkpoint is one word: the second it was made at in the upper 48 bits, the votes from then on in the lower 208.
_VOTES_BITS: constant(uint256) = 208
_VOTES_MASK: constant(uint256) = 2**208 - 1
_MAX_CHECKPOINTS: constant(uint256) = 2**32

delegates: public(HashMap[address, address])
_checkpoints: HashMap[address, DynArray[uint256, _MAX_CHECKPOINTS]]
_BORN_AT: immutable(uint256)


@deploy
def __init__():
    assert balances.totalSupply <= _VOTES_MASK, "too many votes"
    _BORN_AT = block.timestamp


@external
@view
def clock() -> uint48:
    return convert(block.timestamp, uint48)


@external
@pure
def CLOCK_MODE() -> String[14]:
    return "mode=timestamp"


@external
@view
def getVotes(account: address) -> uint256:
    return self._votes(account)


@external
@view
def getPastVotes(account: address, timepoint: uint256) -> uint256:
    """
    @param timepoint A second that is over: what happens in the present one may still change.
    """
    self._check_past(timepoint)
    # The last checkpoint at or before the timepoint lies left of `high`.
    low: uint256 = 0
    high: uint256 = len(self._checkpoints[account])
    for _: uint256 in range(33):
        if low >= high:
            break
        middle: uint256 = (low + high) // 2
        if self._checkpoints[account][middle] >> _VOTES_BITS > timepoint:
            high = middle
        else:
            low = middle + 1
    if high == 0:
        return 0
    return self._checkpoints[account][high - 1] & _VOTES_MASK


@external
@view
def getPastTotalSupply(timepoint: uint256) -> uint256:
    self._check_past(timepoint)
    if timepoint < _BORN_AT:
        return 0
    return balances.totalSupply


@external
def delegate(delegatee: address):
    self._delegate(msg.sender, delegatee)


@external
def delegateBySig(delegatee: address, nonce: uint256, expiry: uint256, v: uint8, r: bytes32, s: bytes32):
    assert block.timestamp <= expiry, "expired"
    struct_hash: bytes32 = keccak256(abi_encode(_DELEGATION, delegatee, nonce, expiry))
    delegator: address = signatures._recover(eip712._digest(struct_hash), v, r, s)
    assert delegator != empty(address), "invalid signature"
    assert ordered_nonces._next(delegator) == nonce, "invalid nonce"
    self._delegate(delegator, delegatee)


@internal
def _moved(sender: address, receiver: address, amount: uint256):
    """
    @notice The votes follow the balance: to be called with every movement.
    """
    self._transfer_votes(self.delegates[sender], self.delegates[receiver], amount)


@internal
def _delegate(delegator: address, delegatee: address):
    previous: address = self.delegates[delegator]
    self.delegates[delegator] = delegatee
    log DelegateChanged(delegator=delegator, fromDelegate=previous, toDelegate=delegatee)
    self._transfer_votes(previous, delegatee, balances.balanceOf[delegator])


@internal
def _transfer_votes(source: address, target: address, amount: uint256):
    if source == target or amount == 0:
        return
    if source != empty(address):
        self._write(source, self._votes(source) - amount)
    if target != empty(address):
        self._write(target, self._votes(target) + amount)


@internal
@view
def _votes(account: address) -> uint256:
    count: uint256 = len(self._checkpoints[account])
    if count == 0:
        return 0
    return self._checkpoints[account][count - 1] & _VOTES_MASK


@internal
def _write(account: address, votes: uint256):
    checkpoint: uint256 = block.timestamp << _VOTES_BITS | votes
    count: uint256 = len(self._checkpoints[account])
    last: uint256 = 0
    if count > 0:
        last = self._checkpoints[account][count - 1]
    if count > 0 and last >> _VOTES_BITS == block.timestamp:
        self._checkpoints[account][count - 1] = checkpoint
    else:
        self._checkpoints[account].append(checkpoint)
    log DelegateVotesChanged(delegate=account, previousVotes=last & _VOTES_MASK, newVotes=votes)


@internal
@view
def _check_past(timepoint: uint256):
    assert timepoint < block.timestamp, "not over yet"
