"""Checkpoints (c2sp.org/tlog-checkpoint): the signed head of a log at one size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from assay.trust.transparency.cosignature import CosignatureVerifier
from assay.trust.transparency.encoding import MAX_INTEGER, decode_decimal, decode_hash, encode_base64
from assay.trust.transparency.merkle import EMPTY_ROOT
from assay.trust.transparency.note import NoteError, NoteSigner, NoteVerifier, SignedNote


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: which log, how many leaves, and the root hash (32 bytes) over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Opaque further lines that other logs may add; ours never does."""

    def __post_init__(self) -> None:
        if any(not line or "\n" in line for line in (self.origin, *self.extensions)):
            raise NoteError("a checkpoint's origin or extension is empty or more than one line")
        if not 0 <= self.size <= MAX_INTEGER or len(self.root) != 32:
            raise NoteError("a checkpoint's size or root is out of range")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise NoteError("a checkpoint of the empty tree has the root of another")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note text.

        Raises:
            FormatError: fewer than three lines, an empty one, or a field that is not canonical.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            raise NoteError("a checkpoint has fewer than three lines or no newline at its end")
        origin, size, root, *extensions = lines
        return cls(origin, decode_decimal(size), decode_hash(root), tuple(extensions))

    def encode(self) -> str:
        """The note text that is signed."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    def sign(self, signer: NoteSigner) -> SignedNote:
        """The note a log publishes. The signer never signs two inconsistent checkpoints."""
        return signer.sign(self.encode())


def open_checkpoint(
    note: bytes, log: NoteVerifier, witnesses: Sequence[CosignatureVerifier] = (), quorum: int = 0
) -> Checkpoint:
    """The checkpoint in a signed note, once its signatures are good.

    The log's key must have signed, under the log's origin as its name, and at least ``quorum`` distinct
    keys of ``witnesses``. A line by one of these keys that fails to verify refuses the whole note.

    Raises:
        FormatError: the note or the checkpoint in it is malformed.
        NoteError: a signature is missing or wrong, or too few witnesses signed.
    """
    signed = SignedNote.parse(note)
    signed.verify(log)
    cosigners = {witness.public_key for witness in witnesses if signed.is_signed_by(witness)}
    if len(cosigners) < quorum:
        raise NoteError(f"{len(cosigners)} witnesses signed the checkpoint; {quorum} must")
    checkpoint = Checkpoint.parse(signed.text)
    if checkpoint.origin != log.name:
        raise NoteError("the checkpoint belongs to another log than the key that signed it")
    return checkpoint
