# pragma version 0.4.3
"""
@title Stakes
@notice Guarantees that what was put down under an id is there until it is taken, whole and once, by whomever the contract lets;
    that nobody is in for nothing; and that a minimum that rises takes nothing from those who are there already.
"""

from ethereum.ercs import IERC20

from . import ownable

uses: ownable

event MinimumStakeSet:
    minimum: uint256

event Staked:
    id: indexed(bytes32)
    sender: indexed(address)
    amount: uint256

event Withdrawn:
    id: indexed(bytes32)
    receiver: indexed(address)
    amount: uint256

TOKEN: public(immutable(IERC20))

minimum_stake: public(uint256)
stake_of: public(HashMap[bytes32, uint256])


@deploy
def __init__(token: IERC20, minimum: uint256):
    TOKEN = token
    self._set_minimum(minimum)


@external
def set_minimum_stake(minimum: uint256):
    """
    @param minimum For enclaves that register, or are enabled again, from now on.
    """
    ownable._check()
    self._set_minimum(minimum)


@internal
def _set_minimum(minimum: uint256):
    assert minimum > 0, "no such minimum"
    self.minimum_stake = minimum
    log MinimumStakeSet(minimum=minimum)


@internal
def _put(id: bytes32, amount: uint256):
    self.stake_of[id] += amount
    log Staked(id=id, sender=msg.sender, amount=amount)
    assert extcall TOKEN.transferFrom(msg.sender, self, amount, default_return_value=True)


@internal
def _take(id: bytes32, receiver: address):
    amount: uint256 = self.stake_of[id]
    assert amount > 0, "nothing staked"
    self.stake_of[id] = 0
    log Withdrawn(id=id, receiver=receiver, amount=amount)
    assert extcall TOKEN.transfer(receiver, amount, default_return_value=True)


@internal
@view
def _check(id: bytes32):
    assert self.stake_of[id] >= self.minimum_stake, "stake below the minimum"
