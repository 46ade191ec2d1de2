"""Checking a whole stored log, leaf by leaf, as a monitor would."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay.engines.tlog.edge import RightEdge
from assay.engines.tlog.errors import LogCorruptError
from assay.engines.tlog.tile_files import TileFiles
from assay.trust.transparency.checkpoint import Checkpoint, open_checkpoint
from assay.trust.transparency.note import NoteVerifier
from assay.trust.transparency.tiles import HASH_BYTES, TILE_WIDTH, tile_path, tile_width


def audit(directory: Path, log: NoteVerifier) -> Checkpoint:
    """Grow the tree again from its entries, and compare every tile and the signed root on the way.

    Reads the whole log once and needs no lock: the checkpoint fixes which tiles are looked at.

    Raises:
        LogCorruptError: a tile, an entry or the root is not what the entries make it.
        FormatError: the checkpoint is malformed or not signed by ``log``.
    """
    checkpoint = open_checkpoint((directory / "checkpoint").read_bytes(), log)
    stored = _StoredTiles(directory)
    edge = RightEdge(stored, 0, [], [])
    while edge.size < checkpoint.size:
        bundle = edge.size // TILE_WIDTH
        for entry in stored.bundle(bundle, tile_width(checkpoint.size, 0, bundle)):
            edge.append(entry)
    edge.store()
    if edge.root() != checkpoint.root:
        raise LogCorruptError("the entries do not make the root of the checkpoint")
    return checkpoint


class _StoredTiles(TileFiles):
    """Tiles that are not written where the tree grows, but compared with what is there."""

    def write_hashes(self, level: int, index: int, hashes: bytes) -> None:
        width = len(hashes) // HASH_BYTES
        if self.hashes(level, index, width) != hashes:
            raise LogCorruptError(f"{tile_path(level, index, width)} contradicts the entries below it")

    def write_bundle(self, index: int, entries: Sequence[bytes]) -> None:
        """The entries come from the bundle itself."""
