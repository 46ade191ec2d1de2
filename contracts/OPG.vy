# pragma version 0.4.3
# pragma evm-version cancun
"""
@title OPG
@license Apache-2.0
@notice The token that calls are paid in and votes are counted by. Guarantees a fixed supply: nobody can mint, burn, freeze or
    take OPG, and nobody owns or upgrades this contract. A balance moves by its holder's call (ERC-20), allowance (ERC-20,
    EIP-2612) or signature (EIP-3009), and in no other way; its votes move with it (ERC-5805).
"""

from modules import balances
from modules import eip712
from modules import erc20
from modules import erc2612
from modules import erc3009
from modules import erc5805
from modules import ordered_nonces

initializes: balances
initializes: eip712
initializes: ordered_nonces
initializes: erc5805[balances := balances, eip712 := eip712, ordered_nonces := ordered_nonces]
initializes: erc20[balances := balances, erc5805 := erc5805]
initializes: erc2612[eip712 := eip712, erc20 := erc20, ordered_nonces := ordered_nonces]
initializes: erc3009[eip712 := eip712, erc20 := erc20]

exports: (erc20.__interface__, erc2612.__interface__, erc3009.__interface__, erc5805.__interface__)
exports: eip712.eip712Domain

version: public(constant(String[1])) = "1"

SUPPLY: constant(uint256) = 10**9 * 10**18


@deploy
def __init__(holder: address):
    """
    @param holder Gets the whole supply: one billion OPG.
    """
    eip712.__init__("OPG", version)
    balances.__init__(holder, SUPPLY)
    erc5805.__init__()
    erc20.__init__("OPG", "OPG", holder)


@external
def __default__():
    erc3009._with_bytes()
