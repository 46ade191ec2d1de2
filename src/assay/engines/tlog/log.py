"""The transparency log: append now, integrate soon, prove afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import BinaryIO, NamedTuple, Self

from assay.engines.tlog.durable import make_directory, write_durably
from assay.engines.tlog.edge import RightEdge
from assay.engines.tlog.errors import (
    EntryNotFoundError,
    EntryTooLargeError,
    LogClosedError,
    LogCorruptError,
    naming_full_storage,
)
from assay.engines.tlog.journal import Journal
from assay.engines.tlog.lock import lock_file
from assay.engines.tlog.tile_files import TileFiles
from assay.engines.tlog.tree import TiledTree
from assay.errors import ConfigError, FormatError
from assay.trust.transparency.checkpoint import Checkpoint, open_checkpoint
from assay.trust.transparency.cosignature import CosignatureVerifier
from assay.trust.transparency.merkle import EMPTY_ROOT, ProofError, leaf_hash, verify_inclusion
from assay.trust.transparency.note import NoteError, NoteSignature, NoteSigner, SignedNote
from assay.trust.transparency.proof import LogProof
from assay.trust.transparency.tiles import HASH_BYTES, MAX_ENTRY_BYTES, TILE_WIDTH, tile_width


class _Published(NamedTuple):
    """The newest checkpoint, and the signed note that carries it."""

    checkpoint: Checkpoint
    note: bytes


class Log:
    """A C2SP tlog-tiles log in a directory that one process owns.

    An entry is first *pending*: in the journal, with its index, safe from ``kill -9``. Once
    :meth:`integrate` has put it under a signed checkpoint, it can be proven. ``checkpoint`` and ``tile/``
    in the directory are the log's public face and can be served as they are; ``journal/`` and ``lock``
    are its own.

    ``integrate`` and ``add_cosignature`` may run in another thread than everything else.
    """

    def __init__(
        self, directory: Path, signer: NoteSigner, lock: BinaryIO, published: _Published, journal: Journal
    ) -> None:
        self._directory = directory
        self._signer = signer
        self._lock = lock
        self._published = published
        self._journal = journal
        self._files = TileFiles(directory)
        self._publishing = Lock()

    @classmethod
    def open(cls, directory: Path, *, origin: str, signer: NoteSigner) -> Self:
        """Open the log in ``directory``, or begin one there, and integrate what a crash left pending.

        ``origin`` names the log in its checkpoints for ever, e.g. ``example.com/log``; the signer's key
        name must be the same.

        Raises:
            LogLockedError: another process has the log open.
            LogCorruptError: the files are damaged or contradict the checkpoint.
            StorageFullError: there is no room to integrate.
        """
        if signer.name != origin:
            raise ConfigError("a log's key is named by the log's origin")
        with naming_full_storage():
            make_directory(directory)
            lock = lock_file(directory / "lock")
            try:
                published = _read_or_begin(directory, origin, signer)
                RightEdge.load(
                    TileFiles(directory), published.checkpoint
                )  # before the journal drops anything
                journal = Journal.open(directory / "journal", published.checkpoint.size)
                log = cls(directory, signer, lock, published, journal)
                log.integrate()
            except BaseException:
                lock.close()
                raise
        return log

    @property
    def origin(self) -> str:
        """The log's name in its checkpoints."""
        return self._signer.name

    @property
    def directory(self) -> Path:
        """Where ``checkpoint`` and ``tile/`` lie, which may be served as they are."""
        return self._directory

    @property
    def size(self) -> int:
        """Number of entries, pending ones included: the index the next entry gets."""
        return self._journal.end

    @property
    def integrated(self) -> int:
        """Number of entries under the newest checkpoint."""
        return self._published.checkpoint.size

    def append(self, entry: bytes) -> int:
        """Record an entry and return its index; takes microseconds and never waits for integration.

        Raises:
            EntryTooLargeError: it is longer than 65,535 bytes.
            StorageFullError: there was no room. Nothing was recorded; a later call may succeed.
        """
        if len(entry) > MAX_ENTRY_BYTES:
            raise EntryTooLargeError(f"an entry of {len(entry)} bytes is longer than {MAX_ENTRY_BYTES}")
        return self._journal.append(entry)

    def integrate(self) -> Checkpoint:
        """Put every entry appended before this call into the tree, and publish a checkpoint over it.

        Tiles first, the checkpoint after them, the journal's old segments last: killed anywhere, the next
        call does the same again.

        Raises:
            StorageFullError: there was no room; the checkpoint is still the old one.
            LogCorruptError: the tree on disk is not the one the last checkpoint signed.
        """
        with self._publishing, naming_full_storage():
            if self._lock.closed:
                raise LogClosedError("a closed log cannot be integrated")
            end = self._journal.seal()
            if end == self.integrated:
                return self._published.checkpoint
            edge = RightEdge.load(self._files, self._published.checkpoint)
            for entry in self._journal.entries(edge.size):
                edge.append(entry)
            if edge.size != end:
                raise LogCorruptError("the journal became shorter than what was written to it")
            edge.store()
            checkpoint = Checkpoint(self.origin, edge.size, edge.root())
            self._publish(checkpoint, checkpoint.sign(self._signer))
            self._journal.drop(end)
            return checkpoint

    def checkpoint(self) -> bytes:
        """The newest checkpoint: a signed note, with the cosignatures added so far."""
        return self._published.note

    def prove(self, index: int) -> bytes | None:
        """The log proof (c2sp.org/tlog-proof) of an entry, or None while the entry is pending.

        Raises:
            EntryNotFoundError: there is no such entry.
            LogCorruptError: the tiles do not lead to the checkpoint's root.
        """
        self._require(index)
        checkpoint, note = self._published
        if index >= checkpoint.size:
            return None
        tree = TiledTree(self._files, checkpoint.size)
        hashes = tree.inclusion_proof(index)
        try:
            verify_inclusion(tree.leaf(index), index, checkpoint.size, hashes, checkpoint.root)
        except ProofError as error:
            raise LogCorruptError(f"the tiles above entry {index} contradict the checkpoint") from error
        return LogProof(index, hashes, note).encode()

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Hashes that prove the tree of ``old`` entries to be the beginning of the tree of ``new``.

        Raises:
            EntryNotFoundError: not ``0 <= old <= new <= integrated``.
        """
        if not 0 <= old <= new <= self.integrated:
            raise EntryNotFoundError(f"the tree has {self.integrated} entries: no proof from {old} to {new}")
        return TiledTree(self._files, self.integrated).consistency_proof(old, new)

    def entry(self, index: int) -> bytes:
        """The entry at ``index``, pending or integrated.

        Raises:
            EntryNotFoundError: there is no such entry.
            LogCorruptError: the stored entry does not hash to its leaf.
        """
        self._require(index)
        pending = self._journal.entry(index)
        return next(self._integrated_entries(index)) if pending is None else pending

    def entries(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Entries with their indices, from ``start`` to the size at this moment."""
        index, end = max(start, 0), self.size
        while index < end:
            stored = index < self.integrated
            batch = self._integrated_entries(index) if stored else iter((self.entry(index),))
            for entry in islice(batch, end - index):
                yield index, entry
                index += 1

    def add_cosignature(self, line: bytes, witness: CosignatureVerifier) -> None:
        """Publish a witness's signature line with the newest checkpoint, replacing an older one of his.

        Raises:
            FormatError: the line is malformed, or not this witness's for the newest checkpoint.
        """
        try:
            signature = NoteSignature.parse(line.decode().removesuffix("\n"))
        except UnicodeDecodeError:
            raise NoteError("a cosignature line is not UTF-8") from None
        with self._publishing, naming_full_storage():
            checkpoint, note = self._published
            signed = SignedNote.parse(note)
            witness.check(signed.text, signature)
            self._publish(checkpoint, signed.with_signature(signature))

    def close(self) -> None:
        """Give the log back. Pending entries stay in the journal for the next time."""
        with self._publishing:
            self._journal.close()
            self._lock.close()

    def _require(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise EntryNotFoundError(f"the log has {self.size} entries, and none at {index}")

    def _integrated_entries(self, start: int) -> Iterator[bytes]:
        """Entries from ``start`` to the end of its bundle, each seen to hash to its leaf in the tree."""
        bundle, first = divmod(start, TILE_WIDTH)
        width = tile_width(self.integrated, 0, bundle)
        entries = self._files.bundle(bundle, width)
        leaves = self._files.hashes(0, bundle, width)
        for at in range(first, width):
            if leaf_hash(entries[at]) != leaves[at * HASH_BYTES : (at + 1) * HASH_BYTES]:
                raise LogCorruptError(f"entry {start - first + at} does not hash to its leaf in the tree")
            yield entries[at]

    def _publish(self, checkpoint: Checkpoint, note: SignedNote) -> None:
        data = note.encode()
        write_durably(self._directory / "checkpoint", data)
        self._published = _Published(checkpoint, data)


def _read_or_begin(directory: Path, origin: str, signer: NoteSigner) -> _Published:
    path = directory / "checkpoint"
    if not path.exists():
        if any((directory / name).exists() for name in ("tile", "journal")):
            raise LogCorruptError("the log has entries but its checkpoint is missing")
        empty = Checkpoint(origin, 0, EMPTY_ROOT)
        write_durably(path, empty.sign(signer).encode())
    note = path.read_bytes()
    try:
        return _Published(open_checkpoint(note, signer.verifier), note)
    except FormatError as error:
        raise LogCorruptError("the log's checkpoint is damaged, or signed by another key") from error
