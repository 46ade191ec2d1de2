"""What a log does when it is opened after a crash, and when somebody changed its files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.tlog import Log, LogCorruptError, audit
from assay.errors import AssayError
from assay.trust.transparency import NoteSigner

Opener = Callable[[], Log]


def journal_file(directory: Path) -> Path:
    """The segment that takes appends."""
    return max((directory / "journal").iterdir())


def integrated(open_log: Opener, count: int) -> Log:
    log = open_log()
    for number in range(log.size, log.size + count):
        log.append(f"entry {number}".encode())
    log.integrate()
    return log


@pytest.fixture
def crashed(open_log: Opener, tmp_path: Path) -> bytes:
    """Five entries in the tree, two whole records in the journal; returns the journal's bytes."""
    log = integrated(open_log, 5)
    log.append(b"first pending")
    log.append(b"second pending")
    log.close()
    return journal_file(tmp_path).read_bytes()


@pytest.mark.parametrize("kept", [1, 10, 17, 18, 19, 30, 31, 32, 48, 49, 62, 63])
def test_a_record_cut_short_is_cut_off(kept: int, crashed: bytes, open_log: Opener, tmp_path: Path) -> None:
    assert len(crashed) == 18 + 13 + 18 + 14
    journal_file(tmp_path).write_bytes(crashed[:kept])
    whole = (kept >= 31) + (kept >= 63)
    log = open_log()
    assert (log.size, log.integrated) == (5 + whole, 5 + whole)
    assert log.append(b"next") == 5 + whole
    assert log.entry(5 + whole) == b"next"
    if whole:
        assert log.entry(5) == b"first pending"


@pytest.mark.parametrize("place", [0, 7, 8, 9, 10, 14, 18, 30, 31, 62])
def test_a_damaged_record_is_not_taken_for_an_unfinished_one(
    place: int, crashed: bytes, open_log: Opener, tmp_path: Path
) -> None:
    damaged = bytearray(crashed)
    damaged[place] ^= 1
    journal_file(tmp_path).write_bytes(damaged)
    with pytest.raises(LogCorruptError):
        open_log()


def test_zeroes_are_not_entries(crashed: bytes, open_log: Opener, tmp_path: Path) -> None:
    journal_file(tmp_path).write_bytes(crashed + bytes(100))
    with pytest.raises(LogCorruptError):
        open_log()


@pytest.mark.parametrize(("before", "pending"), [(0, 1), (5, 2), (250, 6), (255, 1), (250, 300), (256, 1)])
def test_a_crash_between_the_tiles_and_the_checkpoint(
    before: int, pending: int, open_log: Opener, tmp_path: Path, signer: NoteSigner
) -> None:
    log = integrated(open_log, before)
    for number in range(before, before + pending):
        log.append(f"entry {number}".encode())
    log.close()
    saved = tmp_path.with_name(f"{tmp_path.name}-saved")
    shutil.copytree(tmp_path, saved)
    checkpoint = open_log().checkpoint()  # integrates
    open_log().close()
    for name in ("checkpoint", "journal"):  # as if the tiles were written, and then nothing more
        path = tmp_path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.move(saved / name, path)
    log = open_log()
    assert log.checkpoint() == checkpoint
    assert audit(tmp_path, signer.verifier).size == before + pending


def test_a_crash_between_the_checkpoint_and_the_journal(
    crashed: bytes, open_log: Opener, tmp_path: Path
) -> None:
    path = journal_file(tmp_path)
    log = open_log()
    assert not path.exists()
    log.close()
    path.write_bytes(crashed)
    log = open_log()
    assert (log.size, log.integrated) == (7, 7)
    assert not path.exists()
    assert log.append(b"next") == 7


def test_left_over_temporary_files_do_no_harm(crashed: bytes, open_log: Opener, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.tmp").write_bytes(b"half a che")
    (tmp_path / "tile/0/000.p/7.tmp").write_bytes(b"half a tile")
    assert open_log().integrated == 7


@pytest.mark.parametrize("file", ["checkpoint", "tile/0/000.p/5", "tile/entries/000.p/5"])
@pytest.mark.parametrize("damage", ["flip", "cut", "delete"])
def test_damage_at_the_edge_is_refused_at_once(
    file: str, damage: str, open_log: Opener, tmp_path: Path
) -> None:
    log = integrated(open_log, 5)
    log.append(b"pending")
    log.close()
    path = tmp_path / file
    data = path.read_bytes()
    if damage == "delete":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if damage == "cut" else bytes([data[0] ^ 1]) + data[1:])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(LogCorruptError):
        open_log()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_damage_further_in_is_refused_when_it_would_be_used(open_log: Opener, tmp_path: Path) -> None:
    integrated(open_log, 600).close()
    tile, bundle = tmp_path / "tile/0/000", tmp_path / "tile/entries/001"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 300", b"entry 30x"))
    log = open_log()
    for question in (
        lambda: log.prove(0),
        lambda: log.prove(1),
        lambda: log.entry(0),
        lambda: log.entry(300),
        lambda: list(log.entries()),
    ):
        with pytest.raises(LogCorruptError):
            question()
    assert log.entry(301) == b"entry 301"
    assert log.prove(301) is not None


def test_an_audit_finds_a_change_in_any_file(open_log: Opener, tmp_path: Path, signer: NoteSigner) -> None:
    integrated(open_log, 600).close()
    files = [path for path in (tmp_path / "tile").rglob("*") if path.is_file()]
    assert len(files) == 7
    for path in [*files, tmp_path / "checkpoint"]:
        data = path.read_bytes()
        for place in (0, len(data) // 2, len(data) - 2):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
            with pytest.raises(AssayError):
                audit(tmp_path, signer.verifier)
        path.write_bytes(data)
    assert audit(tmp_path, signer.verifier).size == 600


def test_an_old_checkpoint_put_back_is_refused(open_log: Opener, tmp_path: Path) -> None:
    old = integrated(open_log, 5).checkpoint()
    integrated(open_log, 5).close()
    (tmp_path / "checkpoint").write_bytes(old)
    with pytest.raises(LogCorruptError):
        open_log()


def test_a_log_without_its_checkpoint_is_not_begun_again(open_log: Opener, tmp_path: Path) -> None:
    integrated(open_log, 5).close()
    (tmp_path / "checkpoint").unlink()
    with pytest.raises(LogCorruptError):
        open_log()


def test_another_key_is_refused(open_log: Opener, tmp_path: Path, signer: NoteSigner) -> None:
    integrated(open_log, 5).close()
    other = NoteSigner(signer.name, Ed25519PrivateKey.from_private_bytes(b"O" * 32))
    with pytest.raises(LogCorruptError):
        Log.open(tmp_path, origin=other.name, signer=other)
    assert open_log().size == 5  # the refusal gave the lock back


def test_a_missing_journal_segment_is_noticed(open_log: Opener, tmp_path: Path) -> None:
    log = open_log()
    log.append(b"zero")
    (tmp_path / "tile").write_bytes(b"in the way of the first tile")
    with pytest.raises(OSError):
        log.integrate()
    log.append(b"one")
    with pytest.raises(OSError):
        log.integrate()
    log.append(b"two")
    log.close()
    (tmp_path / "tile").unlink()
    segments = sorted((tmp_path / "journal").iterdir())
    assert [path.name for path in segments] == [f"{start:020d}" for start in range(3)]
    hidden = segments[1].rename(tmp_path / "hidden")
    with pytest.raises(LogCorruptError):
        open_log()
    hidden.rename(segments[1])
    assert list(open_log().entries()) == [(0, b"zero"), (1, b"one"), (2, b"two")]
