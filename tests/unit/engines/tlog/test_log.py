from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.engines.tlog import (
    EntryNotFoundError,
    EntryTooLargeError,
    Log,
    LogClosedError,
    LogLockedError,
    audit,
)
from assay.errors import ConfigError, FormatError
from assay.trust.transparency import (
    Checkpoint,
    CompactRange,
    CosignatureSigner,
    NoteSigner,
    SignedNote,
    leaf_hash,
    open_checkpoint,
    verify_consistency,
    verify_log_proof,
)

Opener = Callable[[], Log]


def fill(log: Log, count: int, *, size: int = 8) -> list[bytes]:
    """Append numbered entries; the indices come back in order."""
    first = log.size
    entries = [f"{number:0{size}}".encode() for number in range(first, first + count)]
    assert [log.append(entry) for entry in entries] == list(range(first, first + count))
    return entries


def test_a_new_log_has_a_signed_checkpoint_of_nothing(open_log: Opener, signer: NoteSigner) -> None:
    log = open_log()
    assert (log.size, log.integrated, log.origin) == (0, 0, signer.name)
    assert open_checkpoint(log.checkpoint(), signer.verifier).size == 0
    assert list(log.entries()) == []


def test_an_entry_is_pending_and_then_proven(open_log: Opener, signer: NoteSigner) -> None:
    log = open_log()
    index = log.append(b"receipt")
    assert (log.size, log.integrated) == (1, 0)
    assert log.entry(index) == b"receipt"
    assert log.prove(index) is None
    checkpoint = log.integrate()
    assert (log.size, log.integrated) == (1, 1)
    assert log.entry(index) == b"receipt"
    proof = log.prove(index)
    assert proof is not None
    assert verify_log_proof(b"receipt", proof, signer.verifier) == checkpoint


def test_integrating_nothing_changes_nothing(open_log: Opener, tmp_path: Path) -> None:
    log = open_log()
    fill(log, 3)
    log.integrate()
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert log.integrate().size == 3
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == files


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.tuples(st.integers(0, 400), st.booleans()), min_size=1, max_size=6),
    data=st.data(),
)
def test_any_batches_and_restarts_make_the_same_tree(
    batches: list[tuple[int, bool]],
    data: st.DataObject,
    signer: NoteSigner,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    directory = tmp_path_factory.mktemp("log")
    log = Log.open(directory, origin=signer.name, signer=signer)
    naive, entries, checkpoints = CompactRange(), [], []
    for count, restart in batches:
        entries += fill(log, count)
        for entry in entries[naive.size :]:
            naive.append(leaf_hash(entry))
        if restart:
            log.close()
            log = Log.open(directory, origin=signer.name, signer=signer)
        checkpoint = log.integrate()
        assert (checkpoint.size, checkpoint.root) == (naive.size, naive.root())
        checkpoints.append(checkpoint)
        assert audit(directory, signer.verifier) == checkpoint
    for old in checkpoints:
        hashes = log.consistency(old.size, checkpoint.size)
        verify_consistency(old.size, checkpoint.size, old.root, checkpoint.root, hashes)
    for index in data.draw(st.lists(st.integers(0, max(0, log.size - 1)), max_size=5)) if entries else []:
        proof = log.prove(index)
        assert proof is not None
        assert verify_log_proof(entries[index], proof, signer.verifier) == checkpoint
    start = data.draw(st.integers(0, log.size))
    assert list(log.entries(start)) == list(enumerate(entries))[start:]
    log.close()


def test_a_tree_of_three_tile_levels(open_log: Opener, tmp_path: Path, signer: NoteSigner) -> None:
    log = open_log()
    entries = fill(log, 65_536 + 300)
    checkpoint = log.integrate()
    assert checkpoint.root == CompactRange(map(leaf_hash, entries)).root()
    assert (tmp_path / "tile/2/000.p/1").stat().st_size == 32
    assert (tmp_path / "tile/1/000").stat().st_size == 8192
    for index in (0, 255, 256, 65_535, 65_536, 65_835):
        proof = log.prove(index)
        assert proof is not None
        verify_log_proof(entries[index], proof, signer.verifier)
    for old in (1, 256, 257, 65_535, 65_536, 65_537):
        root = CompactRange(map(leaf_hash, entries[:old])).root()
        hashes = log.consistency(old, checkpoint.size)
        verify_consistency(old, checkpoint.size, root, checkpoint.root, hashes)


def test_full_tiles_replace_partial_ones(open_log: Opener, tmp_path: Path) -> None:
    log = open_log()
    for count in (200, 55, 1, 4):
        fill(log, count)
        log.integrate()
    files = sorted(
        str(path.relative_to(tmp_path)) for path in (tmp_path / "tile").rglob("*") if path.is_file()
    )
    assert files == [
        "tile/0/000",
        "tile/0/001.p/4",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/001.p/4",
    ]
    assert len(list((tmp_path / "journal").iterdir())) == 1


def test_appending_goes_on_while_another_thread_integrates(open_log: Opener, signer: NoteSigner) -> None:
    log = open_log()
    stop = threading.Event()

    def integrate_all_the_time() -> None:
        while not stop.is_set():
            log.integrate()

    thread = threading.Thread(target=integrate_all_the_time)
    thread.start()
    entries = []
    try:
        for _ in range(40):
            entries += fill(log, 25)
            assert log.entry(log.size - 1) == entries[-1]
            assert [entry for _, entry in log.entries(log.size - 30)] == entries[-30:]
            proven = log.integrated - 1
            if proven >= 0:
                proof = log.prove(proven)
                assert proof is not None
                verify_log_proof(entries[proven], proof, signer.verifier)
    finally:
        stop.set()
        thread.join()
    assert log.integrate().root == CompactRange(map(leaf_hash, entries)).root()


def test_entries_have_a_largest_size(open_log: Opener) -> None:
    log = open_log()
    assert log.append(bytes(65_535)) == 0
    with pytest.raises(EntryTooLargeError):
        log.append(bytes(65_536))
    assert log.append(b"") == 1
    log.integrate()
    assert (log.entry(0), log.entry(1)) == (bytes(65_535), b"")


def test_what_is_not_there_is_not_found(open_log: Opener) -> None:
    log = open_log()
    fill(log, 2)
    log.integrate()
    for ask in (log.prove, log.entry):
        for index in (-1, 2):
            with pytest.raises(EntryNotFoundError):
                ask(index)
    for old, new in ((0, 3), (2, 1), (-1, 2)):
        with pytest.raises(EntryNotFoundError):
            log.consistency(old, new)


def test_one_owner(open_log: Opener, tmp_path: Path, signer: NoteSigner) -> None:
    log = open_log()
    with pytest.raises(LogLockedError):
        Log.open(tmp_path, origin=signer.name, signer=signer)
    log.close()
    Log.open(tmp_path, origin=signer.name, signer=signer).close()


def test_a_closed_log_takes_nothing(open_log: Opener) -> None:
    log = open_log()
    log.append(b"kept")
    log.close()
    with pytest.raises(LogClosedError):
        log.append(b"lost")
    with pytest.raises(LogClosedError):
        log.integrate()
    assert list(open_log().entries()) == [(0, b"kept")]


def test_the_key_is_named_by_the_origin(tmp_path: Path, signer: NoteSigner) -> None:
    with pytest.raises(ConfigError):
        Log.open(tmp_path, origin="other.example/log", signer=signer)


def test_witnesses_cosign_the_newest_checkpoint(open_log: Opener, signer: NoteSigner) -> None:
    witness = CosignatureSigner("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"W" * 32))
    log = open_log()
    log.append(b"receipt")
    log.integrate()
    text = SignedNote.parse(log.checkpoint()).text
    for timestamp in (1_700_000_000, 1_700_000_060):
        log.add_cosignature(f"{witness.cosign(text, timestamp).encode()}\n".encode(), witness.verifier)
    assert len(SignedNote.parse(log.checkpoint()).signatures) == 2
    log = open_log()
    proof = log.prove(0)
    assert proof is not None
    verify_log_proof(b"receipt", proof, signer.verifier, [witness.verifier], quorum=1)

    log.append(b"another")
    log.integrate()
    assert len(SignedNote.parse(log.checkpoint()).signatures) == 1
    stranger = CosignatureSigner(witness.name, Ed25519PrivateKey.from_private_bytes(b"S" * 32))
    newest = Checkpoint.parse(SignedNote.parse(log.checkpoint()).text).encode()
    for line in (
        witness.cosign(text, 1_700_000_120).encode().encode(),
        stranger.cosign(newest, 1_700_000_120).encode().encode(),
        b"\xff",
        b"",
    ):
        with pytest.raises(FormatError):
            log.add_cosignature(line, witness.verifier)
