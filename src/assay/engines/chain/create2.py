"""CREATE2 (EIP-1014) through the deployer that is at one address on every chain.

A contract's address then follows from its code, its constructor's arguments and a salt: it is the same on every chain,
known before it is there, and what is there can be nothing else.
"""

from __future__ import annotations

from assay.engines.chain.contract import Call
from assay.engines.chain.library import Address, keccak, to_checksum_address

FACTORY = to_checksum_address("0x4e59b44847b379578588920cA78FbF26c0B4956C")
"""Makes a contract of what follows the first 32 bytes of a call, which are the salt."""

FACTORY_MAKER = to_checksum_address("0x3fAB184622Dc19b6109349B94811493BF2a45362")
FACTORY_COST = 10**16
"""Wei that the maker must have for `FACTORY_TRANSACTION`, on a chain that lacks the deployer."""
FACTORY_TRANSACTION = bytes.fromhex(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    f"7f{'ff' * 31}e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
    f"1ba0{'22' * 32}a0{'22' * 32}"
)
"""Makes the deployer. Its signature was chosen, not made: nobody has the maker's key, and it can do nothing else."""


def address_of(initcode: bytes, salt: bytes) -> Address:
    """Where `deployment` puts a contract (EIP-1014)."""
    return to_checksum_address(keccak(b"\xff" + bytes.fromhex(FACTORY[2:]) + salt + keccak(initcode))[12:])


def deployment(initcode: bytes, salt: bytes) -> Call[None]:
    """The call that makes a contract. It reverts if the contract is there already."""
    return Call(FACTORY, salt + initcode)
