# pragma version 0.4.3
"""
@title Who holds how much
@notice Guarantees that balances always add up to the total, which is fixed when the contract is made: nothing mints
    or burns afterwards.
"""

balanceOf: public(HashMap[address, uint256])
totalSupply: public(immutable(uint256))


@deploy
def __init__(holder: address, supply: uint256):
    assert holder != empty(address), "no holder"
    totalSupply = supply
    self.balanceOf[holder] = supply


@internal
def _move(sender: address, receiver: address, amount: uint256):
    balance: uint256 = self.balanceOf[sender]
    assert balance >= amount, "insufficient balance"
    # The sum of two balances is at most the total, which fits.
    self.balanceOf[sender] = unsafe_sub(balance, amount)
    self.balanceOf[receiver] = unsafe_add(self.balanceOf[receiver], amount)
