"""Where a log's tree and entries lie as static files (c2sp.org/tlog-tiles), and how they are packed.

A tile is up to 256 consecutive hashes of one level, each over 256 times the leaves of the level below;
an entry bundle holds the entries under one level-0 tile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from assay.errors import FormatError

TILE_WIDTH: Final = 256
"""Hashes in a full tile; entries in a full bundle."""

HASH_BYTES: Final = 32
MAX_ENTRY_BYTES: Final = 0xFFFF
"""An entry's length is written in 16 bits."""

TileLevel: TypeAlias = int | Literal["entries"]
"""Level of a tile, or the bundles that hold the entries under level 0."""


def tile_path(level: TileLevel, index: int, width: int = TILE_WIDTH) -> str:
    """``tile/<L>/<N>[.p/<W>]`` below the log's prefix; level ``"entries"`` names the entry bundles.

    >>> tile_path(0, 1234067, 8)
    'tile/0/x001/x234/067.p/8'
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


def hashes_at(size: int, level: int) -> int:
    """How many hashes a tree of ``size`` leaves has at a tile level: one for each full subtree."""
    return size >> (8 * level)


def tile_width(size: int, level: int, index: int) -> int:
    """Hashes in one tile of a tree of ``size`` leaves: 256, fewer in the last of a level, 0 beyond it."""
    return max(0, min(TILE_WIDTH, hashes_at(size, level) - index * TILE_WIDTH))


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after another, each behind its length as a big-endian 16-bit number."""
    return b"".join(part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry))


def decode_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        FormatError: the last entry is cut short, or there are more than 256.
    """
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        begin = position + 2
        position = begin + int.from_bytes(data[position:begin], "big")
        entries.append(data[begin:position])
    if position != len(data) or len(entries) > TILE_WIDTH:
        raise FormatError("an entry bundle is cut short or holds more than 256 entries")
    return entries
