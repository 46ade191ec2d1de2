"""The channels in which an agent signs: `assay wallet deposit` paid in once, and a voucher pays for a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.demand import Demand
from assay.apps.client.paying.errors import DemandMalformed
from assay.apps.client.paying.signing import Signature, seal
from assay.apps.network.escrows import spendable
from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.wallets.mandate import Mandate
from assay.engines.wallets.vouchers import Use, Vouchers
from assay.services.payments.channel.config import ChannelConfig, domain
from assay.services.payments.channel.voucher import Voucher, digest, use_key
from assay.services.payments.x402.errors import PaymentMalformed
from assay.services.payments.x402.fields import data, number, reading

ATTEMPTS: Final = 16
"""Calls that may come to nothing, one after the other, before a receipt's name for a voucher is not known any more."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel on one chain."""

    config: ChannelConfig
    chain_id: int
    id: bytes


class Channels:
    """Those of one agent that this machine knows of."""

    def __init__(self, home: Home, vouchers: Vouchers, signer: Account) -> None:
        self._home = home
        self._vouchers = vouchers
        self._signer = signer

    def find(self, demand: Demand) -> Channel | None:
        """The channel out of which a demand can be paid, if there is one."""
        terms = demand.terms
        for config in spendable(self._home, terms.chain_id, self._signer.address):
            if (config.receiver, config.token) == (terms.payee, terms.token):
                return Channel(config, terms.chain_id, config.id(terms.chain_id))
        return None

    def recount(self, channel: Channel, demand: Demand) -> None:
        """Believe what the node says of the channel, as far as the agent has signed for it.

        Raises `ChannelMisstated` or `DemandMalformed`.
        """
        state = demand.accepted.extra.get("channelState")
        if state is None:
            return
        try:
            with reading():
                charged = number(state["chargedCumulativeAmount"])
                proven = self._proven(channel, demand.accepted.extra.get("voucherState"))
        except PaymentMalformed:
            raise DemandMalformed("What the gateway says of the channel cannot be read.") from None
        self._vouchers.adopt(channel.id, charged, proven)

    def sign(self, channel: Channel, demand: Demand, asked: Asked, mandate: Mandate) -> tuple[Signature, Use]:
        """A voucher for all that is due and for what is demanded."""
        use = self._vouchers.begin(channel.id, demand.amount)
        signed = digest(domain(channel.chain_id), channel.id, use.total)
        voucher = Voucher(channel.id, use.total, self._signer.sign_digest(signed))
        payload = {
            "type": "voucher",
            "channelConfig": channel.config.to_json(),
            "voucher": voucher.to_json(),
        }
        keys = frozenset(use_key(channel.id, use.total, attempt) for attempt in range(ATTEMPTS))
        return Signature(seal(demand, asked, payload, mandate, {}), keys), use

    def _proven(self, channel: Channel, shown: Mapping[str, Any] | None) -> int:
        """What the voucher is for that the node shows, if the agent has signed it."""
        if shown is None:
            return 0
        voucher = Voucher(channel.id, number(shown["signedMaxClaimable"]), data(shown["signature"]))
        is_ours = voucher.is_signed_by(self._signer.address, domain(channel.chain_id))
        return voucher.maximum if is_ours else 0
