"""No nonce is given out twice, and none is skipped, whoever asks and whatever happens in between."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import chain
from pathlib import Path

import pytest

from assay.engines.chain.account import Signed
from assay.engines.chain.fees import Fees
from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.nonces import KEPT, Nonces

GENESIS = bytes(32)
SENDER = to_checksum_address("0x" + "01" * 20)
FEES = Fees(10, 1)

Open = Callable[..., Nonces]


def signing(nonce: int, text: str = "") -> Signed:
    raw = f"{nonce} {text}".encode()
    return Signed(sha256(raw).digest(), raw)


@pytest.fixture
def open_nonces(tmp_path: Path) -> Iterator[Open]:
    opened: list[Nonces] = []

    def open_nonces(genesis: bytes = GENESIS, sender: Address = SENDER) -> Nonces:
        opened.append(Nonces.open(tmp_path / "nonces.sqlite", genesis, sender))
        return opened[-1]

    yield open_nonces
    for nonces in opened:
        nonces.close()


def test_one_after_the_other_and_never_below_what_the_chain_knows(open_nonces: Open) -> None:
    nonces = open_nonces()
    assert [nonces.take(count, FEES, signing).nonce for count in (5, 5, 0, 9, 9)] == [5, 6, 7, 9, 10]


def test_another_process_goes_on_where_the_first_died(open_nonces: Open) -> None:
    first = open_nonces()
    taken = [first.take(0, FEES, signing), first.take(0, FEES, signing)]
    first.close()
    assert open_nonces().take(0, FEES, signing).nonce == 2
    assert open_nonces().from_(0)[:2] == taken


def test_a_signature_that_fails_takes_no_nonce(open_nonces: Open) -> None:
    def failing(nonce: int) -> Signed:
        raise sqlite3.OperationalError

    nonces = open_nonces()
    with pytest.raises(sqlite3.OperationalError):
        nonces.take(0, FEES, failing)
    assert nonces.take(0, FEES, signing).nonce == 0


def test_chains_and_accounts_do_not_mix(open_nonces: Open) -> None:
    open_nonces().take(0, FEES, signing)
    other = to_checksum_address("0x" + "02" * 20)
    assert open_nonces(genesis=b"\x01" * 32).take(0, FEES, signing).nonce == 0
    assert open_nonces(sender=other).take(0, FEES, signing).nonce == 0
    assert open_nonces().take(0, FEES, signing).nonce == 1


def test_replacements_and_what_is_dropped(open_nonces: Open) -> None:
    nonces = open_nonces()
    first = nonces.take(0, FEES, signing)
    dearer = nonces.replace(0, Fees(20, 2), signing(0, "dearer"))
    assert nonces.under(0) == [first, dearer]
    second = nonces.take(0, FEES, signing)
    assert nonces.drop(dearer) is False, "a later nonce waits for this one"
    assert nonces.drop(second) is True
    assert nonces.from_(0) == [first]
    assert nonces.take(0, FEES, signing).nonce == 1


def test_what_is_old_is_forgotten(open_nonces: Open) -> None:
    nonces = open_nonces()
    for _ in range(4):
        nonces.take(0, FEES, signing)
    nonces.forget_before(KEPT + 2)
    assert [written.nonce for written in nonces.from_(0)] == [2, 3]


def test_processes_that_take_at_once(tmp_path: Path) -> None:
    path = tmp_path / "nonces.sqlite"
    Nonces.open(path, GENESIS, SENDER).close()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        taken = pool.map(take_many, [path, path])
    assert sorted(chain(*taken)) == list(range(100))


def take_many(path: Path) -> list[int]:
    nonces = Nonces.open(path, GENESIS, SENDER)
    try:
        return [nonces.take(0, FEES, signing).nonce for _ in range(50)]
    finally:
        nonces.close()
