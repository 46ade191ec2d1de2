"""Reading a tree that is stored in tiles."""

from __future__ import annotations

from assay.engines.tlog.tile_files import TileFiles
from assay.trust.transparency.merkle import (
    CompactRange,
    Range,
    consistency_path,
    inclusion_path,
    node_hash,
    split_point,
)
from assay.trust.transparency.tiles import HASH_BYTES, TILE_WIDTH, tile_width

_TILE_HEIGHT = TILE_WIDTH.bit_length() - 1


class TiledTree:
    """The tree that is on disk with ``size`` entries, and every smaller tree it grew from.

    Keeps the few tiles it read: make one for each question.
    """

    def __init__(self, files: TileFiles, size: int) -> None:
        self.size = size
        self._files = files
        self._tiles: dict[tuple[int, int], bytes] = {}

    def leaf(self, index: int) -> bytes:
        """The leaf hash at ``index``."""
        return self._perfect_root(0, index)

    def inclusion_proof(self, index: int) -> tuple[bytes, ...]:
        """Hashes that lead from leaf ``index`` to the root (RFC 9162 §2.1.3.1)."""
        return tuple(self._root(part) for part in inclusion_path(index, self.size))

    def consistency_proof(self, old: int, new: int) -> tuple[bytes, ...]:
        """Hashes that show the tree of ``old`` entries to be the beginning of that of ``new`` (§2.1.4.1)."""
        return tuple(self._root(part) for part in consistency_path(old, new))

    def _root(self, part: Range) -> bytes:
        """The hash of a subtree that RFC 9162 gives one."""
        begin, end = part
        size = end - begin
        if size & (size - 1) == 0:
            height = size.bit_length() - 1
            return self._perfect_root(height, begin >> height)
        middle = begin + split_point(size)
        return node_hash(self._root(Range(begin, middle)), self._root(Range(middle, end)))

    def _perfect_root(self, height: int, index: int) -> bytes:
        """The hash of the ``index``-th subtree with ``2**height`` leaves: all its parts lie in one tile."""
        level, height_in_tile = divmod(height, _TILE_HEIGHT)
        tile_index, first = divmod(index << height_in_tile, TILE_WIDTH)
        tile = self._tile(level, tile_index)
        begin, end = first * HASH_BYTES, (first + (1 << height_in_tile)) * HASH_BYTES
        return CompactRange(tile[at : at + HASH_BYTES] for at in range(begin, end, HASH_BYTES)).root()

    def _tile(self, level: int, index: int) -> bytes:
        tile = self._tiles.get((level, index))
        if tile is None:
            tile = self._files.hashes(level, index, tile_width(self.size, level, index))
            self._tiles[level, index] = tile
        return tile
