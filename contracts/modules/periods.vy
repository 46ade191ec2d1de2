# pragma version 0.4.3
"""
@title Periods of validity
@notice Guarantees that what is said of a second that has passed never changes: periods follow each other, each has an end from
    the beginning, and only an end that is yet to come can be moved, to now or to later. Their number has no bound.
"""

struct Period:
    since: uint256
    until: uint256  # the first second that is out of it again

# Periods by their number: from 1, so that none is `_count` 0.
_periods: HashMap[bytes32, HashMap[uint256, Period]]
_count: HashMap[bytes32, uint256]


@internal
def _open(id: bytes32, until: uint256):
    assert not self._holds(id), "open already"
    number: uint256 = self._count[id] + 1
    self._count[id] = number
    self._periods[id][number] = Period(since=block.timestamp, until=until)


@internal
def _move_end(id: bytes32, until: uint256):
    assert self._holds(id), "not open"
    self._periods[id][self._count[id]].until = max(until, block.timestamp)


@internal
@view
def _holds(id: bytes32) -> bool:
    return block.timestamp < self._end(id)


@internal
@view
def _end(id: bytes32) -> uint256:
    return self._newest(id).until


@internal
@view
def _newest(id: bytes32) -> Period:
    """
    @return Zeros if there was none.
    """
    return self._periods[id][self._count[id]]


@internal
@view
def _held_at(id: bytes32, second: uint256) -> bool:
    """
    @return False for a second that is yet to come, as its period may still be cut short.
    """
    if second > block.timestamp:
        return False
    # The newest period that had begun by then is between these two; number 0 began before everything and held never.
    low: uint256 = 0
    high: uint256 = self._count[id]
    for _: uint256 in range(256):
        if low == high:
            break
        middle: uint256 = (low + high + 1) // 2
        if self._periods[id][middle].since <= second:
            low = middle
        else:
            high = middle - 1
    return second < self._periods[id][low].until
