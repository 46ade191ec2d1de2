"""A stand-in for what cannot run here: configfs of a Linux guest, by Documentation/ABI/testing/configfs-tsm-report.

A folder of it, once made, has its attributes; what is written to one decides what the others say. Removing the folder
takes the attributes with it. The reports are the test's.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path, PosixPath
from typing import Any


class Tsm:
    """A guest's kernel: the folder of requests, and how it answers."""

    def __init__(
        self, place: Path, provider: str, report: Callable[[bytes], bytes], aux: bytes | None = None
    ):
        self.place = place
        self.provider = provider
        self.report = report
        self.aux = aux
        self.intruder = False
        """Whether somebody else writes to every request."""

    @property
    def directory(self) -> Path:
        return _Entry.of(self.place, self)


class _Entry(PosixPath):
    """A path below the folder of requests."""

    tsm: Tsm

    @classmethod
    def of(cls, path: Path, tsm: Tsm) -> _Entry:
        entry = cls(path)
        entry.tsm = tsm
        return entry

    def __truediv__(self, name: Any) -> _Entry:
        return _Entry.of(Path(self) / name, self.tsm)

    def mkdir(self, *arguments: Any, **options: Any) -> None:
        Path(self).mkdir()
        (Path(self) / "provider").write_text(f"{self.tsm.provider}\n")
        (Path(self) / "generation").write_text("0\n")
        if self.tsm.aux is not None:
            (Path(self) / "auxblob").write_bytes(self.tsm.aux)

    def write_bytes(self, data: Any) -> int:
        if self.name != "inblob":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not 0 < len(data) <= 64:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        generation = Path(self).with_name("generation")
        writes = 2 if self.tsm.intruder else 1
        generation.write_text(f"{int(generation.read_text()) + writes}\n")
        Path(self).with_name("outblob").write_bytes(self.tsm.report(bytes(data)))
        return len(data)

    def rmdir(self) -> None:
        for attribute in Path(self).iterdir():
            attribute.unlink()
        Path(self).rmdir()
