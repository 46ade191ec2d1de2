"""How a node is paid: from accounts always, and by signature over one chain where it has one.

    [payments]
    rpc = "https://mainnet.base.org"
    chain_id = 8453
    opg_usd = "0.10"
    facilitator = true

Without the table it is the chain of this machine, if the network's contracts were brought there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from assay.apps.network.home import Home
from assay.engines.chain import anvil
from assay.engines.chain.errors import ContractMissing
from assay.engines.chain.local import CHAIN_ID, DEFAULT_PORT, LOOPBACK, LocalChain
from assay.engines.inference.settings import Settings
from assay.engines.tlog.log import Log
from assay.errors import ConfigError
from assay.services.payments.books import Books

if TYPE_CHECKING:
    from assay.apps.network.signed_payments import SignedPayments

_MICRO = 10**6
_PLAY_PRICE = 100_000
"""Micro-USD for one OPG of a chain of this machine, where it is play money."""


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """The table ``[payments]``."""

    rpc: str | None = None
    """URL of the chain's node; None means the chain of this machine."""
    chain_id: int = CHAIN_ID
    opg_price: int = _PLAY_PRICE
    """Micro-USD that one OPG is taken for."""
    facilitator: bool = False
    """Whether the node settles payments of other merchants, too, and pays the gas of that."""

    @classmethod
    def read(cls, table: Settings | None) -> PaymentSettings:
        """Raises `ConfigError` naming the setting at fault."""
        if table is None:
            return cls()
        with table:
            rpc, chain_id = table.text("rpc"), table.whole("chain_id")
            facilitator = table.flag("facilitator")
            price = _price(table.text("opg_usd"), f"{table.where}.opg_usd")
        if (rpc is None) != (chain_id is None):
            raise ConfigError(
                f"{table.where} needs `rpc` and `chain_id` together",
                hint="a signature names the chain it is for: say which one the node at the URL has to be of",
            )
        if rpc is None or chain_id is None:
            return cls(opg_price=_PLAY_PRICE if price is None else price, facilitator=facilitator)
        if price is None:
            raise ConfigError(
                f"{table.where} needs `opg_usd`", hint='say what one OPG is taken for: opg_usd = "0.10"'
            )
        return cls(rpc, chain_id, price, facilitator)


def open_signed(
    settings: PaymentSettings, home: Home, books: Books, log: Log, clock: Callable[[], datetime]
) -> SignedPayments | None:
    """Payments by signature, as the settings have them; None on a machine to whose chain no contracts were brought.

    ``log``: of the node, whose receipts are settled on the chain.

    Raises `ContractMissing` for another chain of which the home knows no contracts, and for a facilitator without one,
    and `ChainExtraMissing`.
    """
    if settings.rpc is None and not home.deployments(settings.chain_id).exists():
        if settings.facilitator:
            raise ContractMissing(
                "A facilitator needs a chain, and nothing was brought to that of this machine."
            )
        return None
    from assay.apps.network.signed_payments import SignedPayments  # heavy, and for nodes with a chain only

    return SignedPayments(home, settings, settings.rpc or _local_url(home), books, log, clock)


def _local_url(home: Home) -> str:
    """Of the chain of this machine: where it is, or where it would be."""
    running = LocalChain(home.chain, anvil.path(home.engines)).find()
    return f"http://{LOOPBACK}:{DEFAULT_PORT}" if running is None else running.url


def _price(text: str | None, where: str) -> int | None:
    """Micro-USD for an amount of dollars in decimals: as text, since 0.1 is no binary number."""
    if text is None:
        return None
    try:
        price = Decimal(text) * _MICRO
    except InvalidOperation:
        price = Decimal(0)
    if not price.is_finite() or price <= 0 or price != int(price):
        raise ConfigError(
            f"{where} is no amount of dollars above zero, with at most six decimals",
            hint='write it like "0.10"',
        )
    return int(price)
