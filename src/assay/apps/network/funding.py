"""Money of an agent's own: put on the account of its key, and taken back, on its signature and for somebody else's gas.

So an agent that pays by Permit2 or EIP-3009 never needs gas money, and what is on its account is all that can be lost.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from assay.engines.chain.account import Account
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import ChainError, ContractMissing
from assay.engines.chain.library import to_checksum_address
from assay.engines.chain.sender import Sender
from assay.engines.chain.typed_data import Domain, hash_struct
from assay.services.payments.x402.eip3009 import AuthorizedTransfer
from assay.services.payments.x402.terms import Terms
from assay.trust.payments.asset import MOST, read_token
from assay.trust.receipts.predicate import MICRO_USD

_PERMIT = "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
_PERMIT_MEMBERS = ("address", "address", "uint256", "uint256", "uint256")
_NONCE_BYTES = 32


class NotOnChain(ChainError):
    """The budget is in an asset that no chain has."""

    code = "asset_not_on_chain"
    hint = "a budget in dollars is spent from an account that the node keeps"


@asynccontextmanager
async def budget_token(url: str, asset: str) -> AsyncIterator[tuple[Chain, OPG]]:
    """The token that a budget is in, on the chain behind a URL.

    Raises `NotOnChain`, `WrongChain` for another chain than the token's, and `ContractMissing` where that has no token.
    """
    if asset == MICRO_USD:
        raise NotOnChain("The budget is in dollars.")
    chain_id, address = read_token(asset)
    async with connect(url, chain_id=chain_id) as chain:
        token = OPG(to_checksum_address(address))
        if not await chain.code(token.address):
            raise ContractMissing(
                f"The budget's token is not on chain {chain_id}, which may have begun anew."
            )
        yield chain, token


async def fund(sender: Sender, token: OPG, agent: Account, amount: int, deadline: int) -> None:
    """Give an agent's account ``amount``, and open all that it then holds to Permit2 by its signature (EIP-2612).

    ``deadline``: Unix seconds, until which the signature is good. The tokens come last, so that it can be done again
    when it was broken off. Raises what `Sender.transact` does.
    """
    held = await sender.chain.read(token.balanceOf(agent.address))
    await sender.transact(await _permit(sender.chain, token, agent, min(held + amount, MOST), deadline))
    await sender.transact(token.transfer(agent.address, amount))


async def reclaim(sender: Sender, token: OPG, agent: Account, deadline: int) -> int:
    """Give all that an agent's account holds to the sender, by its signature (EIP-3009); how much that was.

    Payments that the agent has signed and that are not settled yet are not covered any more.
    """
    held = await sender.chain.read(token.balanceOf(agent.address))
    if held:
        name, version = await sender.chain.read_all([token.name(), token.version()])
        owner = sender.account.address
        transfer = AuthorizedTransfer(
            payer=agent.address,
            payee=owner,
            amount=held,
            valid_after=0,
            valid_before=deadline,
            nonce=os.urandom(_NONCE_BYTES),
            signature=b"",
        )
        terms = Terms(
            sender.chain.chain_id, token.address, owner, facilitator=owner, name=name, version=version
        )
        signed = replace(transfer, signature=agent.sign_digest(transfer.digest(terms)))
        await sender.transact(signed.exact(terms))
    return held


async def _permit(chain: Chain, token: OPG, holder: Account, amount: int, deadline: int) -> Call[None]:
    """Opens tokens to Permit2 on the holder's word, whoever sends it."""
    name, version = await chain.read_all([token.name(), token.version()])
    domain = Domain(name, chain.chain_id, token.address, version)
    words = (holder.address, PERMIT2, amount, await chain.read(token.nonces(holder.address)), deadline)
    signature = holder.sign_digest(domain.digest(hash_struct(_PERMIT, _PERMIT_MEMBERS, words)))
    return token.permit(
        holder.address, PERMIT2, amount, deadline, signature[64], signature[:32], signature[32:64]
    )
