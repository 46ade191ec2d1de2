# pragma version 0.4.3
# pragma evm-version cancun
"""
@title A contract that cannot sign, for the tests: it knows no function
"""


@external
def nothing():
    pass
