"""The facilitator that a node runs for other merchants, where its operator has switched it on. It is off by default.

[payments]
facilitator = true
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.chain import Chain
from assay.engines.chain.library import Address
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.engines.storage.sqlite_tables import SqliteTables
from assay.services.payments.facilitator.app import FacilitatorApp
from assay.services.payments.facilitator.service import FacilitatorService
from assay.services.payments.facilitator.settlements import SCHEMA, Settlements

PREFIX: Final = "/facilitator"
MOST_GAS: Final = 600_000
"""For one payment: several times what any token takes that means no harm, and wallets that use passkeys."""
DEADLINE_S: Final = 45.0
"""For a block; x402's clients wait for an answer for twice as long, and then ask again."""


class Facilitating:
    """``app``, and the table that it keeps."""

    def __init__(
        self,
        home: Home,
        chain: Chain,
        account: Account,
        nonces: Nonces,
        contract: Address,
        clock: Callable[[], datetime],
    ) -> None:
        """``account``: pays the gas; it operates the `Facilitator` at ``contract``."""
        sender = Sender(chain, account, nonces, most_gas=MOST_GAS, deadline=DEADLINE_S)
        self._settlements = Settlements(SqliteTables(home.facilitated, SCHEMA))
        self.app = FacilitatorApp(FacilitatorService(sender, contract, self._settlements, clock))

    async def aclose(self) -> None:
        """Give the file back."""
        await self._settlements.aclose()
