"""The tree and its entries as files in the layout of c2sp.org/tlog-tiles."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from assay.engines.tlog.durable import write_durably
from assay.engines.tlog.errors import LogCorruptError
from assay.errors import FormatError
from assay.trust.transparency.tiles import (
    HASH_BYTES,
    TILE_WIDTH,
    TileLevel,
    decode_bundle,
    encode_bundle,
    tile_path,
)


class TileFiles:
    """Reads and writes tiles and entry bundles below a log's directory.

    A full tile replaces its partial ones, which are then deleted; a reader that finds no partial tile
    takes the beginning of the full one.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def hashes(self, level: int, index: int, width: int) -> bytes:
        """The first ``width`` hashes of a tile, concatenated.

        Raises:
            LogCorruptError: the tile is missing or too short.
        """
        data = self._read(level, index, width)[: width * HASH_BYTES]
        if len(data) != width * HASH_BYTES:
            raise LogCorruptError(f"{tile_path(level, index, width)} is too short")
        return data

    def bundle(self, index: int, width: int) -> list[bytes]:
        """The first ``width`` entries of a bundle.

        Raises:
            LogCorruptError: the bundle is missing or malformed.
        """
        try:
            entries = decode_bundle(self._read("entries", index, width))[:width]
        except FormatError as error:
            raise LogCorruptError(f"{tile_path('entries', index, width)} is malformed") from error
        if len(entries) != width:
            raise LogCorruptError(f"{tile_path('entries', index, width)} is too short")
        return entries

    def write_hashes(self, level: int, index: int, hashes: bytes) -> None:
        """Store a tile, full or partial."""
        self._write(level, index, len(hashes) // HASH_BYTES, hashes)

    def write_bundle(self, index: int, entries: Sequence[bytes]) -> None:
        """Store an entry bundle, full or partial."""
        self._write("entries", index, len(entries), encode_bundle(entries))

    def _read(self, level: TileLevel, index: int, width: int) -> bytes:
        for stored_width in (width, TILE_WIDTH):
            try:
                return (self._directory / tile_path(level, index, stored_width)).read_bytes()
            except FileNotFoundError:
                continue
        raise LogCorruptError(f"{tile_path(level, index, width)} is missing")

    def _write(self, level: TileLevel, index: int, width: int, data: bytes) -> None:
        path = self._directory / tile_path(level, index, width)
        write_durably(path, data)
        if width == TILE_WIDTH:
            shutil.rmtree(path.with_name(f"{path.name}.p"), ignore_errors=True)
