"""The right edge of the tree: the unfinished tiles, which is all that is needed to grow it."""

from __future__ import annotations

from itertools import count
from typing import Self

from assay.engines.tlog.errors import LogCorruptError
from assay.engines.tlog.tile_files import TileFiles
from assay.trust.transparency.checkpoint import Checkpoint
from assay.trust.transparency.merkle import CompactRange, leaf_hash, root_of_peaks
from assay.trust.transparency.tiles import HASH_BYTES, TILE_WIDTH, hashes_at


class RightEdge:
    """Appends entries to the tree of ``size`` leaves: full tiles are written as they fill.

    Memory: at most one bundle of entries and one tile of hashes a level.
    """

    def __init__(self, files: TileFiles, size: int, entries: list[bytes], tiles: list[bytes]) -> None:
        self._files = files
        self._stored = size
        self.size = size
        self._entries = entries
        self._tiles = tiles
        """Concatenated hashes of the unfinished tile of each level, possibly none."""

    @classmethod
    def load(cls, files: TileFiles, checkpoint: Checkpoint) -> Self:
        """The edge of the tree that is on disk, once it is seen to be the one that was signed.

        Raises:
            LogCorruptError: a tile is missing, the last entries do not hash to the last leaves, or the
                tiles do not make the checkpoint's root.
        """
        size = checkpoint.size
        entries = files.bundle(size // TILE_WIDTH, size % TILE_WIDTH) if size % TILE_WIDTH else []
        tiles: list[bytes] = []
        for level in count():
            hashes = hashes_at(size, level)
            if hashes == 0:
                break
            index, width = divmod(hashes, TILE_WIDTH)
            tiles.append(files.hashes(level, index, width) if width else b"")
        if b"".join(map(leaf_hash, entries)) != (tiles[0] if tiles else b""):
            raise LogCorruptError("the last entry bundle does not hash to the last tile")
        edge = cls(files, size, entries, tiles)
        if edge.root() != checkpoint.root:
            raise LogCorruptError("the tiles contradict the checkpoint")
        return edge

    def append(self, entry: bytes) -> None:
        """Add an entry; it is on disk after the bundle is full or after :meth:`store`."""
        self._entries.append(entry)
        self.size += 1
        if len(self._entries) == TILE_WIDTH:
            self._files.write_bundle(self.size // TILE_WIDTH - 1, self._entries)
            self._entries = []
        self._add_hash(0, leaf_hash(entry))

    def store(self) -> None:
        """Write the unfinished tiles that grew since the edge was loaded."""
        if self._entries and self.size > self._stored:
            self._files.write_bundle(self.size // TILE_WIDTH, self._entries)
        for level, tile in enumerate(self._tiles):
            hashes = hashes_at(self.size, level)
            if tile and hashes > hashes_at(self._stored, level):
                self._files.write_hashes(level, hashes // TILE_WIDTH, tile)

    def root(self) -> bytes:
        """The root of the whole tree."""
        return root_of_peaks([peak for tile in reversed(self._tiles) for peak in _compact(tile).peaks])

    def _add_hash(self, level: int, value: bytes) -> None:
        if level == len(self._tiles):
            self._tiles.append(b"")
        tile = self._tiles[level] + value
        if len(tile) == TILE_WIDTH * HASH_BYTES:
            self._files.write_hashes(level, hashes_at(self.size, level) // TILE_WIDTH - 1, tile)
            self._add_hash(level + 1, _compact(tile).root())
            tile = b""
        self._tiles[level] = tile


def _compact(tile: bytes) -> CompactRange:
    return CompactRange(tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES))
