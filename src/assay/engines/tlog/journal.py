"""The journal: entries that were acknowledged and are not yet in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import Self

from assay.engines.tlog.durable import make_directory, sync_directory
from assay.engines.tlog.errors import LogCorruptError
from assay.engines.tlog.segment import Segment


class Journal:
    """A row of segments: the last takes appends, those before it are sealed and wait for integration.

    ``append`` and ``entry`` may run in another thread than ``seal``, ``entries`` and ``drop``.
    """

    def __init__(self, directory: Path, segments: list[Segment]) -> None:
        self._directory = directory
        self._segments = segments
        self._lock = Lock()

    @classmethod
    def open(cls, directory: Path, integrated: int) -> Self:
        """Recover what follows the first ``integrated`` entries, which the tree has.

        Raises:
            LogCorruptError: a record is damaged, or entries are missing between the tree and the end.
        """
        make_directory(directory)
        segments = [Segment.recover(path) for path in sorted(directory.iterdir())]
        if segments and segments[0].start > integrated:
            raise LogCorruptError("the journal begins after the end of the tree")
        if any(before.end != after.start for before, after in pairwise(segments)):
            raise LogCorruptError("a piece is missing in the middle of the journal")
        if not segments or segments[-1].end < integrated:
            segments.append(Segment.create(directory, integrated))
        journal = cls(directory, segments)
        journal.drop(integrated)
        return journal

    @property
    def end(self) -> int:
        """Index that the next entry gets."""
        return self._segments[-1].end

    def append(self, entry: bytes) -> int:
        """Record an entry and return its index; see :meth:`Segment.append`."""
        with self._lock:
            return self._segments[-1].append(entry)

    def entry(self, index: int) -> bytes | None:
        """The entry at ``index``, or None where the journal does not hold it (any more)."""
        with self._lock:
            for segment in self._segments:
                if segment.start <= index < segment.end:
                    return segment.read(index)
        return None

    def seal(self) -> int:
        """Make everything appended so far survive a power cut, and return how far that reaches."""
        with self._lock:
            end = self._segments[-1].end
            if end > self._segments[-1].start:
                self._segments.append(Segment.create(self._directory, end))
            sealed = self._segments[:-1]
        for segment in sealed:
            segment.seal()
        sync_directory(self._directory)
        return end

    def entries(self, begin: int) -> Iterator[bytes]:
        """The sealed entries from index ``begin`` on."""
        for segment in self._segments[:-1]:
            yield from segment.entries(begin)

    def drop(self, integrated: int) -> None:
        """Delete the sealed segments of which the tree has everything."""
        with self._lock:
            *sealed, last = self._segments
            done = [segment for segment in sealed if segment.end <= integrated]
            self._segments = [segment for segment in sealed if segment.end > integrated] + [last]
        for segment in done:
            segment.close()
            segment.path.unlink()

    def close(self) -> None:
        """Release the files; what was appended stays."""
        for segment in self._segments:
            segment.close()
