"""Log proofs (c2sp.org/tlog-proof): everything needed to see offline that an entry is in a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from assay.trust.transparency.checkpoint import Checkpoint, open_checkpoint
from assay.trust.transparency.cosignature import CosignatureVerifier
from assay.trust.transparency.encoding import decode_decimal, decode_hash, encode_base64
from assay.trust.transparency.merkle import ProofError, leaf_hash, verify_inclusion
from assay.trust.transparency.note import NoteVerifier

_MAGIC = "c2sp.org/tlog-proof@v1"
_INDEX = "index "
_MAX_HEIGHT = 63


@dataclass(frozen=True, slots=True)
class LogProof:
    """The place of an entry, the hashes from its sibling up, and the checkpoint they lead to."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    """The signed note, verbatim."""

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a proof; :meth:`encode` gives back exactly ``data``.

        The format's optional ``extra`` line is refused: nothing signs it, so it could be changed unseen.

        Raises:
            FormatError: the bytes are not one well-formed proof.
        """
        head, blank_line, checkpoint = data.partition(b"\n\n")
        if not blank_line or not checkpoint:
            raise ProofError("a log proof has no blank line before its checkpoint")
        if not head.isascii():
            raise ProofError("a log proof has characters outside ASCII before its checkpoint")
        magic, *lines = head.decode("ascii").split("\n")
        if magic != _MAGIC:
            raise ProofError(f"a log proof does not start with {_MAGIC}")
        if not lines or not lines[0].startswith(_INDEX):
            raise ProofError("a log proof has another line where its index should be")
        if len(lines) > 1 + _MAX_HEIGHT:
            raise ProofError("a log proof has more hashes than a tree can be high")
        index = decode_decimal(lines[0].removeprefix(_INDEX))
        return cls(index, tuple(decode_hash(line) for line in lines[1:]), checkpoint)

    def encode(self) -> bytes:
        """The proof as it is stored (``.tlog-proof``) and sent."""
        lines = (_MAGIC, f"{_INDEX}{self.index}", *map(encode_base64, self.hashes))
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint


def verify_log_proof(
    entry: bytes,
    proof: bytes,
    log: NoteVerifier,
    witnesses: Sequence[CosignatureVerifier] = (),
    quorum: int = 0,
) -> Checkpoint:
    """Check that ``entry`` is in the log, and return the checkpoint that includes it.

    ``log`` is the log's key, named by its origin; of ``witnesses``, ``quorum`` must have cosigned.

    Raises:
        FormatError: the proof is malformed.
        NoteError: a signature on the checkpoint is missing or wrong.
        ProofError: the hashes do not lead from the entry to the checkpoint's root.
    """
    parsed = LogProof.decode(proof)
    checkpoint = open_checkpoint(parsed.checkpoint, log, witnesses, quorum)
    verify_inclusion(leaf_hash(entry), parsed.index, checkpoint.size, parsed.hashes, checkpoint.root)
    return checkpoint
