# pragma version 0.4.3
# pragma evm-version cancun
"""
@title One who asks for a second helping while the first is served, for the tests
"""

FAUCET: immutable(address)
refused: public(bool)


@deploy
def __init__(faucet: address):
    FAUCET = faucet


@external
@payable
def __default__():
    success: bool = raw_call(
        FAUCET, abi_encode(self, method_id=method_id("help(address)")), revert_on_failure=False
    )
    self.refused = not success
