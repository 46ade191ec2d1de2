"""Contracts at addresses of choice, for clients that know where theirs are."""

from __future__ import annotations

from assay.engines.chain.contract import Call
from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.sender import Sender
from assay.engines.chain.wire import to_data

OPG_ON_BASE = to_checksum_address("0xFbC2051AE2265686a469421b2C5A2D5462FbF5eB")
"""Where OpenGradient's clients look for OPG."""


async def lay(sender: Sender, address: Address, initcode: bytes) -> None:
    """Make a contract at ``address``, as only a chain of this machine lets one.

    Its constructor runs there, so it finds its own address, and the storage that it writes is the contract's. What it
    answers is the code that stays, immutables and all.
    """
    chain, construct = sender.chain, Call[None](address, b"")
    await chain.rpc.call("anvil_setCode", address, to_data(initcode))
    code = await chain.rpc.call("eth_call", {"to": address}, "latest")
    await sender.transact(construct)
    await chain.rpc.call("anvil_setCode", address, code)
    await chain.rpc.call("evm_mine")  # its keeper writes the state when there is a block
