from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.transparency import naive_tree

from assay.errors import FormatError
from assay.trust.transparency import (
    Checkpoint,
    CosignatureSigner,
    LogProof,
    NoteError,
    NoteSigner,
    ProofError,
    verify_log_proof,
)

ENTRIES = [f"entry {number}".encode() for number in range(13)]


def proof_of(index: int, log: NoteSigner, witness: CosignatureSigner) -> bytes:
    note = Checkpoint(log.name, len(ENTRIES), naive_tree.mth(ENTRIES)).sign(log)
    note = note.with_signature(witness.cosign(note.text, 1_700_000_000))
    return LogProof(index, tuple(naive_tree.path(index, ENTRIES)), note.encode()).encode()


def test_an_entry_is_in_the_log(log: NoteSigner, witness: CosignatureSigner) -> None:
    for index, entry in enumerate(ENTRIES):
        proof = proof_of(index, log, witness)
        checkpoint = verify_log_proof(entry, proof, log.verifier, [witness.verifier], quorum=1)
        assert checkpoint.size == len(ENTRIES)
        assert LogProof.decode(proof).encode() == proof


def test_another_entry_is_not(log: NoteSigner, witness: CosignatureSigner) -> None:
    proof = proof_of(5, log, witness)
    for entry in (ENTRIES[4], b"", b"entry 5 "):
        with pytest.raises(ProofError):
            verify_log_proof(entry, proof, log.verifier)


@pytest.mark.parametrize("index", [0, 5, 12])
def test_no_byte_of_a_proof_can_change(index: int, log: NoteSigner, witness: CosignatureSigner) -> None:
    proof = proof_of(index, log, witness)
    for place in range(len(proof)):
        for change in (0x01, 0x04, 0x20, 0x80):
            changed = bytearray(proof)
            changed[place] ^= change
            with pytest.raises(FormatError):
                verify_log_proof(ENTRIES[index], bytes(changed), log.verifier, [witness.verifier], quorum=1)


@given(place=st.integers(min_value=0), added=st.binary(min_size=1, max_size=3))
def test_no_byte_of_a_proof_can_be_lost_or_added(
    place: int, added: bytes, log: NoteSigner, witness: CosignatureSigner
) -> None:
    proof = proof_of(5, log, witness)
    place %= len(proof)
    for changed in (proof[:place] + proof[place + 1 :], proof[:place] + added + proof[place:]):
        with pytest.raises(FormatError):
            verify_log_proof(ENTRIES[5], changed, log.verifier, [witness.verifier], quorum=1)


def test_unsigned_extra_data_is_refused(log: NoteSigner, witness: CosignatureSigner) -> None:
    proof = proof_of(5, log, witness).replace(b"\nindex", b"\nextra AAAA\nindex")
    with pytest.raises(ProofError):
        verify_log_proof(ENTRIES[5], proof, log.verifier)


def test_too_many_hashes_are_refused() -> None:
    assert LogProof.decode(LogProof(0, (bytes(32),) * 63, b"x").encode()).checkpoint == b"x"
    with pytest.raises(ProofError):
        LogProof.decode(LogProof(0, (bytes(32),) * 64, b"x").encode())


def test_the_log_and_enough_witnesses_must_have_signed(log: NoteSigner, witness: CosignatureSigner) -> None:
    proof = proof_of(5, log, witness)
    with pytest.raises(NoteError, match="not signed by"):
        verify_log_proof(ENTRIES[5], proof, NoteSigner(log.name, witness.private_key).verifier)
    with pytest.raises(NoteError, match="0 witnesses"):
        verify_log_proof(ENTRIES[5], proof, log.verifier, [], quorum=1)
