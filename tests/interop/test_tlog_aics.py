"""The log against ``aics-tlog``, an independent implementation of the same C2SP specifications.

Its wheel asks for Python 3.12 and runs on 3.11:
``pip install --no-deps --ignore-requires-python aics-tlog==0.2.1``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.tlog import Log, audit
from assay.trust.transparency import (
    CosignatureSigner,
    LogProof,
    NoteSigner,
    SignedNote,
    leaf_hash,
    open_checkpoint,
    verify_consistency,
    verify_log_proof,
)

aics = pytest.importorskip("aics_tlog", reason="the outside verifier is not installed")

LOG_KEY = Ed25519PrivateKey.from_private_bytes(b"L" * 32)
WITNESS_KEY = Ed25519PrivateKey.from_private_bytes(b"W" * 32)
SIGNER = NoteSigner("example.com/log", LOG_KEY)
WITNESS = CosignatureSigner("witness.example/w1", WITNESS_KEY)
NOW = 1_700_000_000
ENTRIES = [f"entry {number}".encode() * (number % 7) for number in range(900)]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log grown in uneven steps to 900 entries."""
    log = Log.open(tmp_path, origin=SIGNER.name, signer=SIGNER)
    for begin, end in ((0, 1), (1, 255), (255, 257), (257, 600), (600, 900)):
        for entry in ENTRIES[begin:end]:
            log.append(entry)
        log.integrate()
    yield log
    log.close()


def test_the_keys_are_written_alike() -> None:
    for ours, theirs in (
        (SIGNER.verifier, aics.vkey_from_ed25519(SIGNER.name, LOG_KEY.public_key())),
        (WITNESS.verifier, aics.cosignature_vkey(WITNESS.name, WITNESS_KEY.public_key())),
    ):
        assert ours.vkey == aics.format_vkey(theirs)


def test_it_accepts_our_checkpoint_and_every_tile(log: Log, tmp_path: Path) -> None:
    note = aics.parse_note((tmp_path / "checkpoint").read_bytes())
    head = aics.verify_checkpoint(note, aics.parse_vkey(SIGNER.verifier.vkey), expected_origin=SIGNER.name)
    assert (head.ok, head.size) == (True, 900)
    report = aics.audit_tiles(aics.FileSystemTileReader(tmp_path), head.size, head.root)
    assert (report.tiles, report.bundles) == (5, 4)


def test_it_makes_the_same_proofs_and_accepts_ours(log: Log, tmp_path: Path) -> None:
    tree = aics.MerkleTree(ENTRIES)
    for index in range(0, 900, 13):
        proof = LogProof.decode(log.prove(index) or b"")
        assert list(proof.hashes) == tree.inclusion_proof(index)
        assert aics.verify_leaf_inclusion(ENTRIES[index], index, 900, proof.hashes, tree.root())
    for old in (1, 2, 255, 256, 257, 512, 600, 899):
        hashes = log.consistency(old, 900)
        assert list(hashes) == tree.consistency_proof(old, 900)
        assert aics.verify_consistency(old, 900, tree.root(old), tree.root(), hashes)
        verify_consistency(old, 900, tree.root(old), tree.root(), hashes)


def test_cosignatures_go_both_ways(log: Log) -> None:
    head = open_checkpoint(log.checkpoint(), SIGNER.verifier)
    _, theirs = aics.sign_cosignature(WITNESS_KEY, WITNESS.name, NOW, head.origin, head.size, head.root)
    ours = WITNESS.cosign(head.encode(), NOW)
    assert (theirs.key_id, theirs.signature) == (ours.key_id, ours.signature)

    log.add_cosignature(f"{ours.encode()}\n".encode(), WITNESS.verifier)
    witness = aics.cosignature_vkey(WITNESS.name, WITNESS_KEY.public_key())
    result = aics.verify_checkpoint(
        aics.parse_note(log.checkpoint()), aics.parse_vkey(SIGNER.verifier.vkey), [witness], 1, now=NOW
    )
    assert (result.ok, result.timestamps) == (True, {WITNESS.name: NOW})
    verify_log_proof(ENTRIES[7], log.prove(7) or b"", SIGNER.verifier, [WITNESS.verifier], quorum=1)


def test_we_audit_and_continue_a_log_that_it_wrote(tmp_path: Path) -> None:
    store = aics.DirectoryTileStore(tmp_path)
    writer = aics.IncrementalTileWriter(store)
    for begin, end in ((0, 300), (300, 513)):
        writer.append(ENTRIES[begin:end])
    head = aics.Checkpoint(SIGNER.name, writer.size, writer.root())
    store.write_checkpoint(aics.sign_checkpoint(head, LOG_KEY, SIGNER.name).to_bytes())
    assert audit(tmp_path, SIGNER.verifier).size == 513

    log = Log.open(tmp_path, origin=SIGNER.name, signer=SIGNER)
    assert [entry for _, entry in log.entries()] == ENTRIES[:513]
    for entry in ENTRIES[513:]:
        log.append(entry)
    assert log.integrate().root == aics.MerkleTree(ENTRIES).root()
    proof = LogProof.decode(log.prove(0) or b"")
    assert SignedNote.parse(proof.checkpoint).is_signed_by(SIGNER.verifier)
    assert aics.leaf_hash(ENTRIES[0]) == leaf_hash(ENTRIES[0])
    log.close()
