from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import FormatError
from assay.trust.transparency import (
    Checkpoint,
    CosignatureSigner,
    CosignatureVerifier,
    NoteError,
    NoteSignature,
    NoteSigner,
    NoteVerifier,
    SignedNote,
    open_checkpoint,
)

# The key and note that golang.org/x/mod/sumdb/note documents.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
""".encode()

lines = st.text(st.characters(codec="utf-8", min_codepoint=32))
texts = st.lists(lines).map(lambda drawn: "".join(f"{line}\n" for line in drawn)).filter(bool)


def test_a_note_signed_by_go_verifies() -> None:
    verifier = NoteVerifier.from_vkey(GO_VKEY)
    assert verifier.vkey == GO_VKEY
    SignedNote.parse(GO_NOTE).verify(verifier)


@given(texts)
def test_what_is_signed_verifies_and_reads_back(text: str) -> None:
    signer = NoteSigner("example.com/k", Ed25519PrivateKey.from_private_bytes(b"K" * 32))
    data = signer.sign(text).encode()
    note = SignedNote.parse(data)
    note.verify(signer.verifier)
    assert note.text == text
    assert note.encode() == data


def test_no_byte_of_a_signed_checkpoint_can_change(log: NoteSigner, witness: CosignatureSigner) -> None:
    note = Checkpoint(log.name, 7, bytes(32)).sign(log)
    note = note.with_signature(witness.cosign(note.text, 1_700_000_000))
    data = note.encode()
    for place in range(len(data)):
        for change in (0x01, 0x20, 0x80):
            changed = bytearray(data)
            changed[place] ^= change
            with pytest.raises(FormatError):
                open_checkpoint(bytes(changed), log.verifier, [witness.verifier], quorum=1)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: data + b"x\n",
        lambda data: data.replace(b"\n\n", b"\n"),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace("— ".encode(), b"- "),
        lambda data: data.replace("— ".encode(), "—  ".encode()),
        lambda data: data.replace(b"=\n", b"\n"),
        lambda data: data.replace(b"=\n", b"= \n"),
        lambda data: data.replace(b"text", b"te\x00xt"),
        lambda data: data.replace(b"text", b"te\xffxt"),
        lambda data: data.replace(b"text", b"\xc1\xb4ext"),
        lambda data: data.partition(b"\n\n")[0] + b"\n\n",
        lambda data: b"",
        lambda data: b"\n\n",
    ],
)
def test_a_second_way_to_write_a_note_is_refused(damage: Callable[[bytes], bytes], log: NoteSigner) -> None:
    data = damage(log.sign("some text\n").encode())
    with pytest.raises(FormatError):
        SignedNote.parse(data).verify(log.verifier)


def test_lines_by_unknown_keys_are_ignored_but_known_ones_must_verify(log: NoteSigner) -> None:
    note = log.sign("text\n")
    stranger = NoteSigner(log.name, Ed25519PrivateKey.from_private_bytes(b"S" * 32))
    both = note.with_signature(stranger.sign("another text\n").signatures[0])
    both.verify(log.verifier)
    with pytest.raises(NoteError, match="does not verify"):
        both.verify(stranger.verifier)
    assert not note.is_signed_by(stranger.verifier)
    with pytest.raises(NoteError, match="not signed by"):
        note.verify(stranger.verifier)


def test_one_key_signs_once(log: NoteSigner) -> None:
    note = log.sign("text\n")
    twice = SignedNote(note.text, note.signatures * 2)
    with pytest.raises(NoteError, match="2 signatures"):
        twice.verify(log.verifier)
    assert note.with_signature(note.signatures[0]) == note


def test_the_number_of_signatures_is_limited() -> None:
    line = NoteSignature("k", b"1234", b"s")
    assert len(SignedNote.parse(SignedNote("t\n", (line,) * 100).encode()).signatures) == 100
    with pytest.raises(NoteError):
        SignedNote("t\n", (line,) * 101)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\u00a0b", "a\u2003b", "a\nb", "a\tb", "a\x1b[2Kb", "a\x9bb"]
)
def test_a_key_name_without_spaces_or_plus(name: str) -> None:
    with pytest.raises(NoteError):
        NoteVerifier(name, bytes(32))


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        GO_VKEY.upper(),
        GO_VKEY.replace("c74f20a3", "c74f20a4"),
        GO_VKEY.replace("PeterNeumann", "Peter"),
        GO_VKEY + "=",
        GO_VKEY[:-4],
        GO_VKEY + "\n",
    ],
)
def test_a_malformed_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(FormatError):
        NoteVerifier.from_vkey(vkey)


def test_a_witness_key_is_not_a_log_key(log: NoteSigner, witness: CosignatureSigner) -> None:
    assert CosignatureVerifier.from_vkey(witness.verifier.vkey) == witness.verifier
    with pytest.raises(NoteError, match="type"):
        NoteVerifier.from_vkey(witness.verifier.vkey)
    with pytest.raises(NoteError, match="type"):
        CosignatureVerifier.from_vkey(log.verifier.vkey)


def test_a_private_key_never_shows(log: NoteSigner, witness: CosignatureSigner) -> None:
    assert "private" not in repr(log) + repr(witness)
