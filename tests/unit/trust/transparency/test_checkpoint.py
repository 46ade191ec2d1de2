from __future__ import annotations

import dataclasses

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import FormatError
from assay.trust.transparency import (
    EMPTY_ROOT,
    Checkpoint,
    CosignatureSigner,
    NoteError,
    NoteSigner,
    cosigned_at,
    open_checkpoint,
)

ROOT = bytes(range(32))

origins = st.text(st.characters(codec="utf-8", min_codepoint=32), min_size=1)


@given(st.builds(Checkpoint, origins, st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32)))
def test_a_checkpoint_reads_back(checkpoint: Checkpoint) -> None:
    assert Checkpoint.parse(checkpoint.encode()) == checkpoint


def test_the_text_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.encode() == text
    extended = Checkpoint.parse(text + "extension\n")
    assert extended.extensions == ("extension",)
    assert extended.encode() == text + "extension\n"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (0, ""),
        (1, ""),
        (1, "07"),
        (1, "+7"),
        (1, "7 "),
        (1, "-7"),
        (1, "0x7"),
        (1, "７"),
        (1, str(2**63)),
        (1, "9" * 5000),
        (1, "0"),
        (2, ""),
        (2, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
        (2, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9="),
        (2, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="),
        (3, "x\n"),
    ],
)
def test_a_field_that_is_not_canonical_is_refused(line: int, value: str) -> None:
    lines = Checkpoint("example.com/log", 7, ROOT).encode().split("\n")
    lines[line] = value
    with pytest.raises(FormatError):
        Checkpoint.parse("\n".join([*lines, ""]) if line == 3 else "\n".join(lines))


def test_the_empty_tree_has_one_root() -> None:
    assert Checkpoint.parse(Checkpoint("o", 0, EMPTY_ROOT).encode()).size == 0
    with pytest.raises(NoteError):
        Checkpoint("o", 0, ROOT)


def test_a_log_signs_under_its_origin(log: NoteSigner) -> None:
    checkpoint = Checkpoint(log.name, 7, ROOT)
    assert open_checkpoint(checkpoint.sign(log).encode(), log.verifier) == checkpoint
    with pytest.raises(NoteError, match="another log"):
        open_checkpoint(Checkpoint("other.example", 7, ROOT).sign(log).encode(), log.verifier)


def test_witnesses_are_counted_by_key(log: NoteSigner, witness: CosignatureSigner) -> None:
    note = Checkpoint(log.name, 7, ROOT).sign(log)
    second = CosignatureSigner("witness.example/w2", Ed25519PrivateKey.from_private_bytes(b"X" * 32))
    alias = dataclasses.replace(witness, name="witness.example/alias")
    for signer in (witness, alias):
        note = note.with_signature(signer.cosign(note.text, 1_700_000_000))
    known = [witness.verifier, alias.verifier, second.verifier]
    open_checkpoint(note.encode(), log.verifier, known, 1)
    with pytest.raises(NoteError, match="1 witnesses signed"):
        open_checkpoint(note.encode(), log.verifier, known, 2)
    note = note.with_signature(second.cosign(note.text, 1_700_000_001))
    open_checkpoint(note.encode(), log.verifier, known, 2)
    assert [cosigned_at(line) for line in note.signatures[1:]] == [1_700_000_000] * 2 + [1_700_000_001]


def test_a_cosignature_holds_for_its_time_and_checkpoint_only(
    log: NoteSigner, witness: CosignatureSigner
) -> None:
    note = Checkpoint(log.name, 7, ROOT).sign(log)
    line = witness.cosign(note.text, 1_700_000_000)
    later = dataclasses.replace(line, signature=(1_700_000_001).to_bytes(8, "big") + line.signature[8:])
    never = dataclasses.replace(line, signature=(2**63).to_bytes(8, "big") + line.signature[8:])
    short = dataclasses.replace(line, signature=line.signature[:-1])
    witness.verifier.check(note.text, line)
    for wrong in (later, never, short):
        with pytest.raises(NoteError):
            witness.verifier.check(note.text, wrong)
    with pytest.raises(NoteError):
        witness.verifier.check(Checkpoint(log.name, 8, ROOT).encode(), line)


def test_a_known_witness_whose_line_is_wrong_refuses_the_note(
    log: NoteSigner, witness: CosignatureSigner
) -> None:
    note = Checkpoint(log.name, 7, ROOT).sign(log)
    note = note.with_signature(witness.cosign("something else\n", 1_700_000_000))
    open_checkpoint(note.encode(), log.verifier)
    with pytest.raises(NoteError, match="does not verify"):
        open_checkpoint(note.encode(), log.verifier, [witness.verifier])
