"""A node's books and log without the node: what is sold is paid at the gate, and has a receipt in the log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.payments.conftest import PAYEE, Payer, Town, asked, paid
from tests.unit.trust.receipts.office import Office

from assay.apps.network.home import Home
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.sender import Sender
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.settlement.batch import Limits
from assay.services.payments.settlement.settler import Settler
from assay.services.payments.till import Till
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market
from assay.trust.envelope import Envelope
from assay.trust.receipts.predicate import PaymentClaim
from assay.trust.receipts.settlement import Leaf
from assay.trust.receipts.statement import Statement, receipt_id

NOTHING_WAITS = Limits(age_s=0)
"""Receipts of the tests are hours old; this says that it is meant."""


@dataclass(frozen=True, slots=True)
class Sold:
    """A receipt in the log, and the payment for it."""

    receipt: str
    statement: Statement

    @property
    def key(self) -> bytes:
        return bytes.fromhex(self.statement.payment.reference)

    @property
    def amount(self) -> int:
        return self.statement.payment.amount

    @property
    def leaf(self) -> Leaf:
        return Leaf.of(self.receipt, self.statement)


class Shop:
    """Sells, and settles."""

    def __init__(
        self,
        directory: Path,
        town: Town,
        home: Home,
        market: Market,
        till: Till,
        gate: Gate,
        books: SqliteBooks,
    ) -> None:
        """``home``: of whoever brought the contracts."""
        self.directory = directory
        self.town = town
        self.home = home
        self.market = market
        self.till = till
        self.gate = gate
        self.books = books
        self.office = Office.open(directory)

    def logged(self, claim: PaymentClaim | None = None) -> Sold:
        """A receipt in the log: paid from an account, or as ``claim`` says."""
        changes: dict[str, Any] = {"nonce": f"n-{self.office.log.size}"}
        if claim is not None:
            changes["payment"] = claim
        statement = self.office.statement(**changes)
        payload = statement.to_bytes()
        envelope = Envelope.sign(payload, self.office.key.key_id, self.office.key.sign)
        self.office.log.append(envelope.to_bytes())
        self.office.log.integrate()
        return Sold(receipt_id(payload), statement)

    async def sell(
        self, payer: Payer, scheme: str = "upto", method: str = "permit2", cost: int = 400
    ) -> Sold:
        """A call that ``payer`` pays for by signature."""
        payload = await payer.sign(await asked(self.till), scheme, method)
        reservation = await self.till.reserve(paid(payload))
        sold = self.logged(reservation.claim(cost, capped=False))
        reservation.commit(cost, self.office.log.size - 1)
        await self.gate.flush()
        return sold

    def settler(
        self, sender: Sender | None = None, limits: Limits = NOTHING_WAITS, **options: Any
    ) -> Settler:
        return Settler(
            self.office.log,
            self.books,
            self.gate.rail_of,
            sender or self.town.sender,
            self.market.terms,
            self.town.deployments.at(Settlement),
            self.directory / "settlement.sqlite",
            self.market.clock,
            limits=limits,
            **options,
        )

    async def income(self) -> int:
        """What the payee has."""
        return await self.town.chain.read(self.town.token.balanceOf(PAYEE))
