"""A payer's side of payment channels: pay in, see what is there, announce to leave, and take out what is left.

A channel is known by what it was opened with, so that is kept in the home, a file each.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from assay.apps.network.home import Home
from assay.engines.chain import abi
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT, X402_ERC3009_COLLECTOR
from assay.engines.chain.chain import Chain
from assay.engines.chain.errors import CallReverted, ChainError
from assay.engines.chain.library import Address, keccak
from assay.engines.chain.sender import Sender
from assay.engines.chain.typed_data import Domain, hash_struct
from assay.engines.tlog.durable import write_durably
from assay.services.payments.channel.config import ChannelConfig
from assay.services.payments.channel.deposit import Deposit
from assay.services.payments.channel.rail import WITHDRAW_DELAY_S

_RECEIVE = (
    "ReceiveWithAuthorization(address from,address to,uint256 value,"
    "uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
_MEMBERS = ("address", "address", "uint256", "uint256", "uint256", "bytes32")
_TOO_EARLY = abi.selector("WithdrawDelayNotElapsed", ())
_CONTRACT = BatchSettlement(X402_BATCH_SETTLEMENT)


class ChannelWaits(ChainError):
    """The receiver still has time to claim what was signed. ``until``: Unix seconds."""

    code = "channel_waits"
    hint = "the same command again, after that"

    def __init__(self, message: str, until: int) -> None:
        super().__init__(message)
        self.until = until


@dataclass(frozen=True, slots=True)
class Escrow:
    """What a payer has in one channel, in the token's smallest units."""

    config: ChannelConfig
    unclaimed: int
    leaving: int
    """Announced to be taken out."""
    leaves_at: int
    """Unix seconds from which it can be; 0 if nothing is announced."""


def between(payer: Address, receiver: Address, token: OPG, voucher_key: Address) -> ChannelConfig:
    """The one channel in which ``voucher_key`` signs what ``payer`` pays to ``receiver``, as our nodes ask for it."""
    return ChannelConfig(
        payer=payer,
        payer_authorizer=voucher_key,
        receiver=receiver,
        receiver_authorizer=receiver,
        token=token.address,
        withdraw_delay=WITHDRAW_DELAY_S,
        salt=bytes(32),
    )


def remember(home: Home, chain_id: int, config: ChannelConfig) -> None:
    """Keep what a channel is known by, before anything is paid in."""
    content = orjson.dumps({"chain_id": chain_id, "config": config.to_json()})
    write_durably(home.channels / f"{config.id(chain_id).hex()}.json", content)


def remembered(home: Home, chain_id: int, payer: Address) -> Iterator[ChannelConfig]:
    """The channels of a payer on a chain. Raises `PaymentMalformed` for a damaged file."""
    return (config for config in _kept(home, chain_id) if config.payer == payer)


def spendable(home: Home, chain_id: int, voucher_key: Address) -> Iterator[ChannelConfig]:
    """The channels on a chain in which ``voucher_key`` signs. Raises `PaymentMalformed` for a damaged file."""
    return (config for config in _kept(home, chain_id) if config.signer == voucher_key)


def _kept(home: Home, chain_id: int) -> Iterator[ChannelConfig]:
    for path in sorted(home.channels.glob("*.json")):
        kept = orjson.loads(path.read_bytes())
        if kept["chain_id"] == chain_id:
            yield ChannelConfig.from_json(kept["config"])


async def look_into(chain: Chain, config: ChannelConfig) -> Escrow:
    """What is in a channel now."""
    id = config.id(chain.chain_id)
    state = await chain.read(_CONTRACT.channels(id))
    leaving = await chain.read(_CONTRACT.pendingWithdrawals(id))
    leaves_at = leaving.initiatedAt + config.withdraw_delay if leaving.initiatedAt else 0
    return Escrow(config, state.balance - state.totalClaimed, leaving.amount, leaves_at)


async def pay_in(sender: Sender, payer: Account, config: ChannelConfig, amount: int, deadline: int) -> None:
    """Deposit from the payer's account (EIP-3009); whoever sends pays the gas. ``deadline``: Unix seconds."""
    chain, token = sender.chain, OPG(config.token)
    salt = os.urandom(32)
    nonce = keccak(config.id(chain.chain_id) + salt)
    name, version = await chain.read_all([token.name(), token.version()])
    words = (payer.address, X402_ERC3009_COLLECTOR, amount, 0, deadline, nonce)
    digest = Domain(name, chain.chain_id, token.address, version).digest(
        hash_struct(_RECEIVE, _MEMBERS, words)
    )
    deposit = Deposit(amount, 0, deadline, int.from_bytes(salt), payer.sign_digest(digest))
    await sender.transact(deposit.call(config))


async def leave(sender: Sender, escrow: Escrow) -> int:
    """Announce to take out all that is unclaimed, or take out what was announced; how much, and 0 if it was announced.

    Raises `ChannelWaits` in between.
    """
    if not escrow.leaves_at:
        await sender.transact(_CONTRACT.initiateWithdraw(escrow.config.words(), escrow.unclaimed))
        return 0
    try:
        await sender.transact(_CONTRACT.finalizeWithdraw(escrow.config.words()))
    except CallReverted as refusal:
        if refusal.data != _TOO_EARLY:
            raise
        waits = "What is in the channel can still be claimed by its receiver."
        raise ChannelWaits(waits, escrow.leaves_at) from None
    return min(escrow.leaving, escrow.unclaimed)
