# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A contract that answers every question with yes, for the tests: that is not ERC-1271's answer
"""


@external
def __default__() -> bool:
    return True
