"""One node: the gateway and everything it stands on, opened from one data directory.

This is where the services meet: the gateway gets its meter from payments, payments their missed charges from the log.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.apps.network.budget_page import PATH, BudgetPage
from assay.apps.network.configuration import Configuration
from assay.apps.network.enclave import open_enclave
from assay.apps.network.home import Home
from assay.apps.network.identity import revocations
from assay.apps.network.logins import open_logins
from assay.apps.network.mounts import Application, Mounts
from assay.apps.network.opengradient import open_dialect
from assay.apps.network.payments import open_signed
from assay.apps.network.storage import open_books, open_ledger
from assay.apps.network.warming import Warming
from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.enclave import Enclave
from assay.engines.enclave.node_key import NodeKey
from assay.engines.enclave.secret_file import read_or_create
from assay.engines.inference.providers import build_providers
from assay.engines.inference.routing import Router
from assay.engines.storage.blobs import Blobs
from assay.engines.storage.errors import TablesUnavailable
from assay.engines.tlog.log import Log
from assay.engines.tlog.sequencer import Sequencer
from assay.services.gateway.app import Gateway
from assay.services.gateway.attestor import Attestor
from assay.services.gateway.calls import Calls
from assay.services.gateway.metrics import Metrics
from assay.services.gateway.notary import Notary, logged_statements
from assay.services.gateway.pages import Pages, no_settlement
from assay.services.gateway.price_pages import PricePages
from assay.services.gateway.store import ReceiptIndex
from assay.services.gateway.stored import Stored
from assay.services.gateway.tracing import find_tracing
from assay.services.payments.accounts.rail import AccountRail
from assay.services.payments.till import Till
from assay.trust.envelope import key_id
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.predicate import PaymentClaim
from assay.trust.receipts.price_table import PriceTable
from assay.trust.transparency.note import NoteSigner

logger = logging.getLogger(__name__)

BOOKING_INTERVAL_S = 0.25
MAX_BODY_BYTES = 32 * 1024 * 1024
BODY_SECONDS = 30.0


def utc_now() -> datetime:
    return datetime.now(UTC)


class Node:
    """An open node. Use it as an asynchronous context manager around the serving of `gateway`."""

    def __init__(
        self,
        home: Home,
        settings: Configuration,
        enclave: Enclave,
        *,
        secrets: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        key = NodeKey.open(home.keys)
        boot_key = BootKey(key, clock)
        log_signer = _log_signer(home)
        self.log = Log.open(home.log, origin=log_signer.name, signer=log_signer)
        self._sequencer = Sequencer(self.log, interval=1.0)
        self._signed = signed = open_signed(
            settings.payments, home, open_books(settings.storage, home), self.log, clock
        )
        rate = None if signed is None else signed.rate
        opengradient = open_dialect(rate, clock) if settings.opengradient else None
        catalogue = settings.catalogue if opengradient is None else opengradient.named(settings.catalogue)
        self._index = ReceiptIndex(home.receipt_index)
        self.ledger = open_ledger(settings.storage, home)
        self._books_are_written = True
        self._providers = build_providers(catalogue, secrets)
        self._warming = Warming(self._providers)
        self._rail = AccountRail(
            self.ledger,
            read_or_create(home.keys / "sealing-key", _random_key),
            clock,
            open_logins(settings.logins, home),
        )
        self.trust = Policy(
            nodes=frozenset({key.public_key.hex()}),
            payees=() if signed is None else (signed.payee(key.public_key.hex()),),
            anchors=(enclave.anchor(),),
            revocations=revocations(home),
            logs=(log_signer.verifier,),
        )
        self._tracing = find_tracing(secrets)
        attestor = Attestor(enclave, boot_key, home.evidence, clock)
        table = PriceTable(key.public_key.hex(), catalogue.prices(), rate)
        prices = PricePages(table.sign(key.sign), Blobs(home.prices))
        metrics = Metrics()
        notary = Notary(boot_key, self.log, self._sequencer, self._index, attestor, prices.digest, clock)
        till = Till(self._rail, None if signed is None else signed.gate)
        calls = Calls(
            catalogue=catalogue,
            router=Router(self._providers),
            meter=till,
            notary=notary,
            metrics=metrics,
            tracing=self._tracing,
            max_body=MAX_BODY_BYTES,
            body_seconds=BODY_SECONDS,
            addendum=None if opengradient is None else opengradient.addendum,
        )
        budgets = BudgetPage(self._rail, None if signed is None else signed.mandates)
        pages = Pages(
            catalogue=catalogue,
            prices=prices,
            log=self.log,
            index=self._index,
            attestor=attestor,
            notary=notary,
            metrics=metrics,
            trust=self.trust,
            root=enclave.anchor(),
            readiness=self._warming.readiness,
            version=version("assay"),
            settlement=no_settlement if signed is None else signed.settler.proof,
            more={PATH: budgets.serve} | ({} if opengradient is None else opengradient.pages),
        )
        stored = Stored(catalogue, self._providers, till, self._index, self.log)
        gateway: Application = Gateway(calls, stored, pages, metrics, self)
        self.gateway = gateway if signed is None else Mounts(gateway, signed.services())
        self._index.catch_up(
            (index, receipt_id, statement.model.response_id)
            for index, statement, receipt_id in logged_statements(self.log, self._index.next_index())
        )

    @classmethod
    def open(
        cls, home: Home, environment: Mapping[str, str], clock: Callable[[], datetime] = utc_now
    ) -> Node:
        """Open the node that lives in ``home``, or begin one there.

        Raises `ConfigError` for a faulty ``assay.toml``, what `open_enclave` does for an enclave that is not there and
        `open_signed` for a chain that is not known, `ChainExtraMissing` for a dialect that needs it,
        `LogLockedError` when another process serves the same directory, `LogCorruptError` when the log was tampered
        with.
        """
        home.create()
        settings = Configuration.load(home, environment)
        enclave = open_enclave(settings.enclave, home, clock=clock, config_digest=settings.digest)
        return cls(home, settings, enclave, secrets=environment, clock=clock)

    async def __aenter__(self) -> Self:
        missed = await self._rail.reconcile(self._logged_payments)
        if missed:
            logger.warning("%d receipts were in the log but not in the ledger; they are now", missed)
        if self._signed is not None:
            await self._signed.__aenter__()
            await self._signed.catch_up(self._logged_payments)
        await self._sequencer.__aenter__()
        self._booking = asyncio.create_task(self._keep_books(), name="booking")
        self._warming.begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._booking.cancel()
        await self._warming.aclose()
        for provider in self._providers.values():
            await provider.aclose()
        await self._sequencer.__aexit__(kind, error, trace)
        await self._write_books()
        await self.ledger.aclose()
        if self._signed is not None:
            await self._signed.__aexit__(kind, error, trace)
        self.close()

    def close(self) -> None:
        """Give every file back, for a node that was opened and is not served (any more)."""
        self._index.close()
        self._tracing.close()
        self.log.close()

    async def _keep_books(self) -> None:
        while True:
            await asyncio.sleep(BOOKING_INTERVAL_S)
            await self._write_books()
            if self._signed is not None:
                await self._signed.flush()

    async def _write_books(self) -> None:
        """Write charges and index rows that wait in memory; what a crash takes, the next start reads from the log."""
        try:
            self._index.flush()
            await self._rail.flush()
        except (sqlite3.Error, TablesUnavailable) as error:
            if self._books_are_written:
                logger.error("the books cannot be written, and will be tried again: %s", error)
            self._books_are_written = False
        else:
            self._books_are_written = True

    def _logged_payments(self, start: int) -> Iterator[tuple[int, PaymentClaim, int]]:
        for index, statement, _ in logged_statements(self.log, start):
            yield index, statement.payment, statement.cost


def _log_signer(home: Home) -> NoteSigner:
    """The log outlives the identities of its node, so its name comes from its own key."""
    key = Ed25519PrivateKey.from_private_bytes(read_or_create(home.keys / "log-key", _random_key))
    return NoteSigner(f"assay.local/{key_id(key.public_key().public_bytes_raw())[:16]}", key)


def _random_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()
