# pragma version 0.4.3
"""
@title Seats in a list of bounded length
@notice Guarantees that a list never outgrows what one call can return, and that nobody can shut others out by filling it: a full
    list makes room for whoever has staked more than the least of those who sit in it. Whose period has ended sits in nobody's
    way, and nobody sits twice.
"""

from . import periods
from . import stakes

uses: periods
uses: stakes

SEATS: constant(uint256) = 64

event Displaced:
    id: indexed(bytes32)
    by: indexed(bytes32)

_seats: HashMap[uint8, DynArray[bytes32, SEATS]]


@internal
def _sit(list: uint8, id: bytes32):
    """
    @notice To be called before its period opens.
    """
    place: uint256 = 0
    least: uint256 = max_value(uint256)
    seats: DynArray[bytes32, SEATS] = self._seats[list]
    for index: uint256 in range(len(seats), bound=SEATS):
        sitting: bytes32 = seats[index]
        if sitting == id:
            return
        claim: uint256 = self._claim(sitting)
        if claim < least:
            least = claim
            place = index
    if least > 0 and len(seats) < SEATS:
        self._seats[list].append(id)
        return
    if least > 0:
        assert stakes.stake_of[id] > least, "stake below all who are listed"
        periods._move_end(seats[place], block.timestamp)
        log Displaced(id=seats[place], by=id)
    self._seats[list][place] = id


@internal
@view
def _claim(id: bytes32) -> uint256:
    """
    @return What it takes to displace it: nothing, once its period has ended.
    """
    return stakes.stake_of[id] if periods._holds(id) else 0


@internal
@view
def _sitting(list: uint8) -> DynArray[bytes32, SEATS]:
    """
    @return Those whose period holds.
    """
    sitting: DynArray[bytes32, SEATS] = []
    for id: bytes32 in self._seats[list]:
        if periods._holds(id):
            sitting.append(id)
    return sitting
