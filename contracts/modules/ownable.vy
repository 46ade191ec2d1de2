# pragma version 0.4.3
"""
@title Who may change the rules
@notice Guarantees one owner, who is replaced only by one who answered: an owner nobody holds the key of cannot come about
    by a slip.
"""

event OwnershipTransferStarted:
    previousOwner: indexed(address)
    newOwner: indexed(address)

event OwnershipTransferred:
    previousOwner: indexed(address)
    newOwner: indexed(address)

owner: public(address)
pendingOwner: public(address)


@deploy
def __init__(owner: address):
    assert owner != empty(address), "no owner"
    self._become(owner)


@external
def transferOwnership(newOwner: address):
    self._check()
    self.pendingOwner = newOwner
    log OwnershipTransferStarted(previousOwner=self.owner, newOwner=newOwner)


@external
def acceptOwnership():
    assert msg.sender == self.pendingOwner, "not the next owner"
    self._become(msg.sender)


@internal
def _become(owner: address):
    log OwnershipTransferred(previousOwner=self.owner, newOwner=owner)
    self.owner = owner
    self.pendingOwner = empty(address)


@internal
@view
def _check():
    assert msg.sender == self.owner, "not the owner"
