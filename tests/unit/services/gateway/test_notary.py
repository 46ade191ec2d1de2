"""The notary: a receipt in the log, or an error that says why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.node_key import NodeKey
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.engines.tlog.errors import EntryTooLargeError, LogCorruptError, StorageFullError
from assay.engines.tlog.log import Log
from assay.engines.tlog.sequencer import Sequencer
from assay.services.gateway.attestor import Attestor
from assay.services.gateway.notary import RETRY_AFTER, LogUnavailable, Notary, logged_statements
from assay.services.gateway.store import ReceiptIndex
from assay.trust.receipts.commitment import OpeningSecret
from assay.trust.receipts.predicate import (
    MICRO_USD,
    AnswerClaim,
    AttachmentClaim,
    EngineClaim,
    ModelClaim,
    Outcome,
    PaymentClaim,
    Price,
    RequestClaim,
    UpstreamClaim,
    Usage,
)
from assay.trust.receipts.statement import receipt_id
from assay.trust.transparency.note import NoteSigner

DIGEST = "ab" * 32


class Reserved:
    """Money set aside by a rail that has plenty."""

    def __init__(self, maximum: int) -> None:
        self.maximum = maximum

    def claim(self, cost: int, capped: bool) -> PaymentClaim:
        return PaymentClaim("account", "c2VhbGVk", MICRO_USD, cost, capped)


CALL: dict[str, Any] = {
    "opening": OpeningSecret(bytes(32)),
    "operation": "chat.completions",
    "request": RequestClaim(DIGEST, {"model": DIGEST}),
    "answer": AnswerClaim(DIGEST, Outcome.COMPLETED),
    "model": ModelClaim("asked", "served", "provider", "answer-1"),
    "upstream": UpstreamClaim((), "chat.completions", DIGEST),
    "engine": EngineClaim("engine", "1", "none", DIGEST),
    "usage": Usage(input_tokens=1_500_000, output_tokens=1),
    "price": Price(input=2, output=1),
    "reservation": Reserved(10),
    "nonce": "",
}


class Desk:
    """A notary and what it works with."""

    def __init__(self, directory: Path) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
        key = BootKey(NodeKey.open(directory / "keys"), self.clock)
        enclave = SimulatedEnclave.open(directory / "keys", clock=self.clock)
        signer = NoteSigner("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
        self.log = Log.open(directory / "log", origin=signer.name, signer=signer)
        self.sequencer = Sequencer(self.log)
        self.index = ReceiptIndex(directory / "receipts.sqlite")
        attestor = Attestor(enclave, key, directory / "evidence", self.clock)
        self.notary = Notary(key, self.log, self.sequencer, self.index, attestor, DIGEST, self.clock)

    def clock(self) -> datetime:
        return self.now


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.index.close()
    desk.log.close()


def test_a_receipt(desk: Desk) -> None:
    delivery, cost = desk.notary.notarise(**CALL)
    assert cost == 4, "rounded up to the next micro-dollar"
    ((index, statement, name),) = logged_statements(desk.log, 0)
    assert (index, name) == (delivery.log_index, receipt_id(delivery.receipt.payload))
    assert (statement.cost, statement.issued_at) == (cost, desk.now)
    assert statement.price_table == DIGEST
    assert desk.index.find("answer-1") == desk.index.find(name) == index


@pytest.mark.parametrize(("maximum", "cost", "capped"), [(3, 3, True), (4, 4, False), (0, 0, True)])
def test_no_more_is_charged_than_was_reserved(desk: Desk, maximum: int, cost: int, capped: bool) -> None:
    _, charged = desk.notary.notarise(**CALL | {"reservation": Reserved(maximum)})
    ((_, statement, _),) = logged_statements(desk.log, 0)
    assert charged == statement.cost == cost
    assert statement.payment == Reserved(maximum).claim(cost, capped)
    assert (statement.usage, statement.price) == (CALL["usage"], CALL["price"])


def test_a_log_that_takes_nothing(desk: Desk) -> None:
    """After a failure calls are refused for a moment; then one may try."""
    desk.log.close()
    with pytest.raises(LogUnavailable):
        desk.notary.notarise(**CALL)
    assert desk.index.find("answer-1") is None
    with pytest.raises(LogUnavailable):
        desk.notary.check_writable()
    desk.now += RETRY_AFTER + timedelta(milliseconds=1)
    desk.notary.check_writable()


@pytest.mark.parametrize(
    ("failure", "named"),
    [
        (StorageFullError("no room"), StorageFullError),
        (LogCorruptError("tiles are missing"), LogUnavailable),
        (PermissionError("/home/node/log"), LogUnavailable),
    ],
)
def test_a_log_that_cannot_be_integrated(desk: Desk, failure: Any, named: type[Exception]) -> None:
    desk.sequencer.failure = failure
    with pytest.raises(named) as refused:
        desk.notary.check_writable()
    assert str(failure) not in str(refused.value), "callers are not told about the node's files"
    desk.sequencer.failure = None
    desk.notary.check_writable()


def test_more_than_an_entry_holds(desk: Desk) -> None:
    """That is the answer's fault, and no reason to refuse others."""
    many = tuple(AttachmentClaim(f"/data/{number}/b64_json", DIGEST, True) for number in range(1000))
    with pytest.raises(EntryTooLargeError):
        desk.notary.notarise(**CALL | {"answer": replace(CALL["answer"], attachments=many)})
    desk.notary.check_writable()
    assert desk.log.size == 0
