# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A collector of deposits that pays them out of its own purse, or not quite, for the tests
"""

from ethereum.ercs import IERC20

refused: public(bool)
_error_by: int128
_target: address
_call: Bytes[2048]


@external
def misplace(error_by: int128):
    self._error_by = error_by


@external
def call_back(target: address, call: Bytes[2048]):
    """
    @notice What it does before it pays, from now on.
    """
    self._target = target
    self._call = call


@external
def collect(payer: address, token: address, amount: uint256, channelId: bytes32, collectorData: Bytes[2560]):
    if self._target != empty(address):
        self.refused = not raw_call(self._target, self._call, revert_on_failure=False)
    paid: uint256 = convert(convert(amount, int256) + convert(self._error_by, int256), uint256)
    extcall IERC20(token).transfer(msg.sender, paid, default_return_value=True)
