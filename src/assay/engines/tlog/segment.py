"""A segment of the journal: consecutive entries in one append-only file, named by the first index.

A record is the entry's index (64 bits), its length (16 bits), a CRC-32 of these, a CRC-32 of the entry,
and the entry. It is written by one ``write()`` to a file opened for appending, so a process that dies
leaves at worst the beginning of one record at the end of the file: an entry that was never acknowledged.
The place has a checksum of its own so that a damaged length is never taken for such a beginning.
"""

from __future__ import annotations

import errno
import os
import struct
from array import array
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self
from zlib import crc32

from assay.engines.tlog.errors import LogClosedError, LogCorruptError, named

_PLACE = struct.Struct(">QH")
_CHECKSUMS = struct.Struct(">II")
_HEADER_BYTES = _PLACE.size + _CHECKSUMS.size


class Segment:
    """Entries ``start .. end-1``. Only one thread appends; any may read."""

    def __init__(self, path: Path, start: int, offsets: array[int], length: int) -> None:
        self.path = path
        self.start = start
        self._offsets = offsets
        self._length = length
        self._file = path.open("ab", buffering=0)

    @classmethod
    def create(cls, directory: Path, start: int) -> Self:
        """A new, empty segment."""
        return cls(directory / f"{start:020d}", start, array("Q"), 0)

    @classmethod
    def recover(cls, path: Path) -> Self:
        """Open a segment left by a process that ended, and cut off a record it did not finish.

        Raises:
            LogCorruptError: the name is not an index, or a record is damaged rather than unfinished.
        """
        if not path.name.isdecimal():
            raise LogCorruptError("the journal holds a file that is none of its segments")
        start = int(path.name)
        offsets = array("Q")
        length = 0
        with path.open("rb") as file:
            for entry in _read_records(file, start):
                offsets.append(length)
                length += _HEADER_BYTES + len(entry)
        segment = cls(path, start, offsets, length)
        segment._file.truncate(length)
        return segment

    @property
    def end(self) -> int:
        """Index that the next entry gets."""
        return self.start + len(self._offsets)

    def append(self, entry: bytes) -> int:
        """Record an entry and return its index. Once this returns, the entry survives ``kill -9``.

        Raises:
            StorageFullError: there was no room; the segment is as it was before.
            LogClosedError: the segment was closed.
        """
        if self._file.closed:
            raise LogClosedError("the log takes no more entries")
        index = self.end
        place = _PLACE.pack(index, len(entry))
        record = b"".join((place, _CHECKSUMS.pack(crc32(place), crc32(entry)), entry))
        try:
            if self._file.write(record) != len(record):
                raise OSError(errno.ENOSPC, "the disk took only a part of a record")
        except OSError as error:
            self._cut_unfinished_record()
            raise named(error) from error
        self._offsets.append(self._length)
        self._length += len(record)
        return index

    def read(self, index: int) -> bytes:
        """The entry at ``index``, which this segment holds."""
        with self.path.open("rb") as file:
            file.seek(self._offsets[index - self.start])
            for entry in _read_records(file, index):
                return entry
        raise LogCorruptError("a journal segment became shorter than what was written to it")

    def entries(self, begin: int) -> Iterator[bytes]:
        """The entries from index ``begin`` (or the start, if later) to the end."""
        begin = max(begin, self.start)
        if begin >= self.end:
            return
        with self.path.open("rb") as file:
            file.seek(self._offsets[begin - self.start])
            yield from islice(_read_records(file, begin), self.end - begin)

    def seal(self) -> None:
        """Take no more entries, and make those here survive a power cut."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _cut_unfinished_record(self) -> None:
        try:
            self._file.truncate(self._length)
        except OSError:
            self._file.close()  # nothing may ever follow half a record
            raise


def _read_records(file: BinaryIO, index: int) -> Iterator[bytes]:
    """Entries from the file's position on, the first being ``index``; ends before an unfinished record."""
    while True:
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            return
        place = header[: _PLACE.size]
        number, length = _PLACE.unpack(place)
        place_checksum, entry_checksum = _CHECKSUMS.unpack_from(header, _PLACE.size)
        if number != index or crc32(place) != place_checksum:
            raise LogCorruptError(f"the journal's record of entry {index} is damaged")
        entry = file.read(length)
        if len(entry) < length:
            return
        if crc32(entry) != entry_checksum:
            raise LogCorruptError(f"the journal's entry {index} is damaged")
        yield entry
        index += 1
