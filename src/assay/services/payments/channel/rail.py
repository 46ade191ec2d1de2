"""Payments over a channel: each voucher is for all that has been charged, all that is under way, and this call.

So a voucher is good once. When its call is charged, or another one begins, the next has to be for more; the books say
how much, in the same step in which they take it. What a call comes to below its maximum is the payer's again at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakValueDictionary

import orjson
from x402.schemas import PaymentRequirements

from assay.engines.chain.chain import Chain
from assay.engines.chain.errors import ChainError, ChainRefused, ChainUnreachable
from assay.engines.chain.library import Address
from assay.engines.chain.sender import Sender
from assay.engines.chain.wire import to_data
from assay.services.payments.books import Books
from assay.services.payments.channel.config import NOBODY, ChannelConfig, domain
from assay.services.payments.channel.deposit import Deposit
from assay.services.payments.channel.errors import SCHEME, ChannelBusy, ChannelRefused, VoucherMismatch
from assay.services.payments.channel.escrow import Escrow, Escrows
from assay.services.payments.channel.voucher import Voucher, digest, use_key
from assay.services.payments.payment import Admit, Authorization, Payment, State, Tally
from assay.services.payments.x402.errors import PaymentsUnavailable
from assay.services.payments.x402.market import Market
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.rail import Checked

NAME: Final = "channel"
METHOD: Final = "eip3009"
"""How deposits move, in x402's words."""
WITHDRAW_DELAY_S: Final = 24 * 3600
"""What the node asks for: so long it may take to claim after a payer has announced to leave."""
DEPOSIT_FOR: Final = 10
"""Calls that a deposit has to be good for."""


class ChannelRail:
    """Implements `assay.services.payments.x402.rail.Rail`."""

    name = NAME

    def __init__(self, market: Market, chain: Chain, books: Books, sender: Sender) -> None:
        """``sender``: of the payee's account, which pays the gas of deposits."""
        self._market = market
        self._books = books
        self._sender = sender
        self._domain = domain(market.terms.chain_id)
        self._paying_in: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self.escrows = Escrows(chain)

    def demand(self, order: Order) -> PaymentRequirements:
        extra = {"receiverAuthorizer": self._market.terms.payee, "withdrawDelay": WITHDRAW_DELAY_S}
        demanded = self._market.demand(order, SCHEME, METHOD, **extra)
        demanded.extra["minDeposit"] = str(int(demanded.amount) * DEPOSIT_FOR)
        return demanded

    def takes(self, presented: Presented) -> bool:
        return presented.scheme == SCHEME

    async def check(self, presented: Presented, order: Order) -> Checked:
        self._market.check_network(presented)
        config, voucher = self._read(presented.payload)
        await self._check_signature(config, voucher)
        source = to_data(voucher.channel)
        tally = await self._books.tally(source)
        amount = voucher.maximum - _due(tally)
        if not self._market.is_demanded(amount, order, SCHEME, METHOD):
            raise await self._mismatch(voucher, await self.escrows.of(voucher.channel), tally, order)
        if presented.payload.get("type") == "deposit":
            await self._pay_in(config, voucher, Deposit.read(presented.payload))
        escrow = await self.escrows.of(voucher.channel)
        authorization = Authorization(
            key=await self._key(voucher),
            rail=NAME,
            source=source,
            payer=config.payer,
            asset=self._market.terms.asset,
            maximum=amount,
            request=order.digest,
            identifier=presented.identifier,
            signed=orjson.dumps({"channelConfig": config.to_json(), "voucher": voucher.to_json()}),
            expires_at=2**53 - 1,  # a voucher is good for as long as its channel
        )
        rate = self._market.rate()
        return Checked(
            authorization,
            _admit(voucher, amount, escrow),
            rate.worth(amount),
            rate.units,
            agent=config.signer,
            told=lambda charged: {} if charged is None else _charged(voucher.channel, escrow, tally, charged),
        )

    def collects(self, payment: Payment) -> bool:
        """Vouchers are not collected one by one: `assay.services.payments.channel.claims` does all of a channel's."""
        return False

    def collect(self, payment: Payment) -> tuple[Address, bytes] | None:
        return None

    async def is_spent(self, payment: Payment) -> bool:
        return False

    def _read(self, payload: Mapping[str, Any]) -> tuple[ChannelConfig, Voucher]:
        """Channel and voucher, if the channel is one to this node. Raises `ChannelRefused` or `PaymentMalformed`."""
        config = ChannelConfig.from_json(payload.get("channelConfig") or {})
        voucher = Voucher.from_json(payload.get("voucher") or {})
        terms = self._market.terms
        for holds, reason, message in (
            (config.receiver == terms.payee, "receiver_mismatch", "The channel pays somebody else."),
            (
                config.receiver_authorizer == terms.payee,
                "receiver_authorizer_mismatch",
                "The channel is claimed by somebody else.",
            ),
            (config.token == terms.token, "token_mismatch", "The channel is in another token."),
            (
                config.withdraw_delay == WITHDRAW_DELAY_S,
                "withdraw_delay_mismatch",
                f"The channel's payer can leave within another time than {WITHDRAW_DELAY_S} seconds.",
            ),
            (
                config.id(terms.chain_id) == voucher.channel,
                "channel_id_mismatch",
                "The voucher is for another channel than it comes with.",
            ),
        ):
            if not holds:
                raise ChannelRefused(reason, message)
        return config, voucher

    async def _check_signature(self, config: ChannelConfig, voucher: Voucher) -> None:
        if voucher.is_signed_by(config.signer, self._domain):
            return
        signed = digest(self._domain, voucher.channel, voucher.maximum)
        asks = config.payer_authorizer == NOBODY
        if not asks or not await self._market.holdings.is_taken_by(config.payer, signed, voucher.signature):
            raise ChannelRefused("voucher_signature", f"The voucher is not signed by {config.signer}.")

    async def _pay_in(self, config: ChannelConfig, voucher: Voucher, deposit: Deposit) -> None:
        """Have the deposit made if the voucher needs it: once, whatever copies come, as each costs the node gas."""
        async with self._paying_in.setdefault(voucher.channel, asyncio.Lock()):
            needed = voucher.maximum - (await self.escrows.of(voucher.channel)).backing
            if needed > deposit.amount:
                raise ChannelRefused(
                    "deposit_amount", f"The deposit is {deposit.amount}, and {needed} more is needed."
                )
            if needed > 0:
                await self._make(config, voucher, deposit)

    async def _make(self, config: ChannelConfig, voucher: Voucher, deposit: Deposit) -> None:
        """Make a deposit, unless somebody has just made it."""
        try:
            await self._sender.transact(deposit.call(config))
        except ChainUnreachable as error:
            raise PaymentsUnavailable(
                f"The chain does not answer ({error.code}): no deposit was made."
            ) from None
        except ChainRefused:
            self.escrows.forget(voucher.channel)
            if (await self.escrows.of(voucher.channel)).backing < voucher.maximum:
                raise ChannelRefused(
                    "deposit_simulation_failed", "The chain refuses the deposit.", hint="sign another one"
                ) from None
        except ChainError as error:
            raise ChannelRefused(
                "deposit_transaction_failed", f"The deposit failed ({error.code})."
            ) from None
        self.escrows.forget(voucher.channel)

    async def _key(self, voucher: Voucher) -> bytes:
        """Names this use of a voucher. One whose call came to nothing is good for another try, under another name."""
        attempt = 0
        while True:
            key = use_key(voucher.channel, voucher.maximum, attempt)
            known = await self._books.find(key)
            if known is None or known.state is not State.EXPIRED:
                return key
            attempt += 1

    async def _mismatch(self, voucher: Voucher, escrow: Escrow, tally: Tally, order: Order) -> ChannelRefused:
        """Why a voucher is not for what is due and this call."""
        alone = voucher.maximum - tally.charged
        if tally.reserved and self._market.is_demanded(alone, order, SCHEME, METHOD):
            return ChannelBusy()
        last = await self._books.last_charged(to_data(voucher.channel))
        return VoucherMismatch(_standing(voucher.channel, escrow, tally, last))


def _due(tally: Tally) -> int:
    """What a channel has to stand for: charged, and the most that calls under way may come to."""
    return tally.charged + tally.reserved


def _admit(voucher: Voucher, amount: int, escrow: Escrow) -> Admit:
    def admit(tally: Tally) -> None:
        if voucher.maximum != _due(tally) + amount:
            raise ChannelBusy  # another call has begun, or ended, in between
        if voucher.maximum <= escrow.claimed:
            raise ChannelRefused(
                "cumulative_below_claimed", "The voucher is for less than was claimed before."
            )
        if voucher.maximum > escrow.backing:
            raise ChannelRefused(
                "cumulative_exceeds_balance" if escrow.balance else "channel_not_found",
                f"The channel has {escrow.backing}, and the voucher is for {voucher.maximum}.",
                hint="deposit into the channel, or ask for fewer tokens (`max_tokens`)",
            )

    return admit


def _charged(channel: bytes, escrow: Escrow, tally: Tally, amount: int) -> dict[str, Any]:
    """What a call has come to, and where that leaves a channel over which no other call was under way."""
    return {
        "chargedAmount": str(amount),
        "channelState": _state(channel, escrow, tally.charged + amount),
    }


def _standing(channel: bytes, escrow: Escrow, tally: Tally, last: Payment | None) -> dict[str, Any]:
    """Where a channel stands, for a payer who counts differently; with its own voucher as proof, if there is one."""
    state = _state(channel, escrow, tally.charged)
    if last is None:
        return {"channelState": state}
    voucher = orjson.loads(last.authorization.signed)["voucher"]
    proof = {"signedMaxClaimable": voucher["maxClaimableAmount"], "signature": voucher["signature"]}
    return {"channelState": state, "voucherState": proof}


def _state(channel: bytes, escrow: Escrow, charged: int) -> dict[str, Any]:
    return {
        "channelId": to_data(channel),
        "balance": str(escrow.balance),
        "totalClaimed": str(escrow.claimed),
        "withdrawRequestedAt": escrow.withdrawn_from,
        "refundNonce": "0",
        "chargedCumulativeAmount": str(charged),
    }
