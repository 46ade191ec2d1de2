"""The store of receipts: private files, found by the beginning of an id, newest first."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.apps.client.node import NONCE, NOW, REQUEST, Node

from assay.apps.client.exchange import Exchange
from assay.apps.client.store import ReceiptAmbiguous, ReceiptStore, ReceiptUnknown
from assay.apps.client.verified import Verified
from assay.engines.inference.operation import Operation
from assay.errors import FormatError

NODE = Node()


def verified(minutes: int = 0) -> Verified:
    exchange = Exchange(Operation.CHAT, REQUEST, NONCE, NODE.policy)
    at = NOW + timedelta(minutes=minutes)
    return exchange.conclude(exchange.read_body(NODE.body(issued_at=at), None), {}, None, at)


@pytest.fixture
def store(tmp_path: Path) -> ReceiptStore:
    return ReceiptStore(tmp_path / "receipts")


def test_what_is_kept_comes_back_whole(store: ReceiptStore) -> None:
    kept = verified()
    assert store.save(kept.bundle) == kept.receipt.id
    assert store.get(kept.receipt.id[:8]) == kept.bundle


def test_only_the_owner_can_read_it(store: ReceiptStore) -> None:
    path = store.path(store.save(verified().bundle))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [path.name for path in path.parent.iterdir()] == [path.name], "no draft is left behind"


def test_the_newest_comes_first(store: ReceiptStore) -> None:
    answers = [verified(minutes) for minutes in (5, 20, 10)]
    for answer in answers:
        store.keep(answer)
    newest = [answers[1], answers[2], answers[0]]
    assert [kept.id for kept in store.list()] == [answer.receipt.id for answer in newest]
    assert not any(kept.logged for kept in store.list())


def test_a_proof_completes_a_kept_receipt(store: ReceiptStore) -> None:
    name = store.save(verified().bundle)
    store.complete(name[:10], b"a proof")
    assert store.get(name).proof == b"a proof"
    assert [kept.logged for kept in store.list()] == [True]


def test_names_that_fit_none_or_several(store: ReceiptStore) -> None:
    assert store.list() == []
    with pytest.raises(ReceiptUnknown):
        store.get("ab")
    for minutes in range(2):
        store.keep(verified(minutes))
    with pytest.raises(ReceiptAmbiguous):
        store.get("")


def test_a_damaged_file_is_named_as_such(store: ReceiptStore) -> None:
    name = store.save(verified().bundle)
    store.path(name).write_bytes(b"PK")
    with pytest.raises(FormatError):
        store.get(name)
