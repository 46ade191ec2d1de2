# pragma version 0.4.3
# pragma evm-version cancun
"""
@title Faucet
@license Apache-2.0
@notice Gives a newcomer what the first calls cost, on chains whose tokens are worth nothing. Guarantees that an account gets
    one helping in each interval, that helpings never grow, and that nobody, its maker included, can empty it otherwise.
@dev Whoever makes accounts by the thousand gets helpings by the thousand: this is no way to hand out what has a price.
"""

from ethereum.ercs import IERC20

event Helped:
    account: indexed(address)
    tokens: uint256
    gas_money: uint256

TOKEN: public(immutable(IERC20))
TOKENS: public(immutable(uint256))
GAS_MONEY: public(immutable(uint256))
INTERVAL: public(immutable(uint256))

# The second from which an account may be helped again.
open_from: public(HashMap[address, uint256])


@deploy
def __init__(token: IERC20, tokens: uint256, gas_money: uint256, interval: uint256):
    """
    @param tokens The helping, in the token's smallest unit.
    @param gas_money The wei beside it, for the newcomer's transactions.
    @param interval Seconds between two helpings of one account.
    """
    TOKEN = token
    TOKENS = tokens
    GAS_MONEY = gas_money
    INTERVAL = interval


@external
@payable
def __default__():
    """
    @notice Takes the wei it gives away. Tokens are simply sent to it.
    """
    assert len(msg.data) == 0, "unknown function"


@external
def help(account: address):
    """
    @notice Anybody may call, so that somebody without gas money can be helped.
    """
    assert block.timestamp >= self.open_from[account], "helped already"
    self.open_from[account] = block.timestamp + INTERVAL
    log Helped(account=account, tokens=TOKENS, gas_money=GAS_MONEY)
    assert extcall TOKEN.transfer(account, TOKENS, default_return_value=True)
    # With all the gas, as a wallet behind a proxy needs more than `send` gives. Its turn is used up, so it may call back.
    raw_call(account, b"", value=GAS_MONEY)
