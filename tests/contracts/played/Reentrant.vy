# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A token that calls back while it is moved, for the tests
"""

target: address
data: Bytes[2048]
refused: public(bool)
moved: public(uint256)


@external
def call_back(target: address, data: Bytes[2048]):
    self.target = target
    self.data = data


@external
def transferFrom(owner: address, to: address, amount: uint256) -> bool:
    self.moved += amount
    self.refused = not raw_call(self.target, self.data, revert_on_failure=False)
    return True
