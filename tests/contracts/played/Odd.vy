# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A token of which everybody has as much as they like, and that is odd when it is sent, for the tests
"""

balanceOf: public(HashMap[address, uint256])
refused: public(bool)
_answer: Bytes[32]
_target: address
_call: Bytes[2048]


@external
def answer(answer: Bytes[32]):
    """
    @notice What `transfer` answers from now on.
    """
    self._answer = answer


@external
def call_back(target: address, call: Bytes[2048]):
    """
    @notice What `transfer` does first from now on.
    """
    self._target = target
    self._call = call


@external
@raw_return
def transfer(to: address, amount: uint256) -> Bytes[32]:
    if self._target != empty(address):
        self.refused = not raw_call(self._target, self._call, revert_on_failure=False)
    self.balanceOf[to] += amount
    return self._answer
