# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A collector of deposits that pays them out of its own purse, or not quite, for the tests
"""

from ethereum.ercs import IERC20

error_by: int128


@external
def misplace(error_by: int128):
    self.error_by = error_by


@external
def collect(payer: address, token: address, amount: uint256, channelId: bytes32, collectorData: Bytes[2560]):
    paid: uint256 = convert(convert(amount, int256) + convert(self.error_by, int256), uint256)
    extcall IERC20(token).transfer(msg.sender, paid, default_return_value=True)
