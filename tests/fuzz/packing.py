"""Several pieces in one input, parted by a mark that survives it when bytes go in or out around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

MARK: Final = b"\0\xffMARK\xff\0"


def pack(pieces: Iterable[bytes]) -> bytes:
    return MARK.join(pieces)


def unpack(data: bytes, count: int) -> list[bytes]:
    """Exactly ``count`` pieces: missing ones are empty, and the last one holds what is too much."""
    pieces = data.split(MARK, count - 1)
    return pieces + [b""] * (count - len(pieces))


def unpack_all(data: bytes, least: int) -> list[bytes]:
    """All pieces there are, of which ``least`` may be empty because they are missing."""
    return unpack(data, max(least, data.count(MARK) + 1))


def pack_files(names: Sequence[str], files: Mapping[str, bytes]) -> bytes:
    return pack(files.get(name, b"") for name in names)


def unpack_files(names: Sequence[str], data: bytes) -> dict[str, bytes]:
    """The files by name; an empty one is not there."""
    pieces = unpack(data, len(names))
    return {name: piece for name, piece in zip(names, pieces, strict=True) if piece}
