# pragma version 0.4.3
"""
@title ERC-20
@notice Guarantees that a balance leaves its holder only by their call or within what they allowed, that an allowance of
    the largest number stays as it is, and that nothing is sent where nobody can hold it: to zero or to the token itself.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

from . import balances
from . import erc5805

uses: balances
uses: erc5805

implements: IERC20
implements: IERC20Detailed

exports: (balances.balanceOf, balances.totalSupply)

name: public(immutable(String[32]))
symbol: public(immutable(String[8]))
decimals: public(constant(uint8)) = 18
allowance: public(HashMap[address, HashMap[address, uint256]])


@deploy
def __init__(name_: String[32], symbol_: String[8], holder: address):
    name = name_
    symbol = symbol_
    log IERC20.Transfer(sender=empty(address), receiver=holder, value=balances.totalSupply)


@external
def transfer(to: address, amount: uint256) -> bool:
    self._transfer(msg.sender, to, amount)
    return True


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    self._spend_allowance(owner, msg.sender, amount)
    self._transfer(owner, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    self._approve(msg.sender, spender, amount)
    return True


@internal
def _transfer(sender: address, receiver: address, amount: uint256):
    assert receiver != empty(address) and receiver != self, "invalid receiver"
    balances._move(sender, receiver, amount)
    erc5805._moved(sender, receiver, amount)
    log IERC20.Transfer(sender=sender, receiver=receiver, value=amount)


@internal
def _approve(owner: address, spender: address, amount: uint256):
    self.allowance[owner][spender] = amount
    log IERC20.Approval(owner=owner, spender=spender, value=amount)


@internal
def _spend_allowance(owner: address, spender: address, amount: uint256):
    allowed: uint256 = self.allowance[owner][spender]
    if allowed == max_value(uint256):
        return
    assert allowed >= amount, "insufficient allowance"
    self.allowance[owner][spender] = unsafe_sub(allowed, amount)
