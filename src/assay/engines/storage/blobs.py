"""Files that are named by what is in them: once there, they never change."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from assay.engines.tlog.durable import write_durably

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The files of one directory, each under its SHA-256 in lower-case hexadecimal."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, content: bytes) -> str:
        """Keep ``content`` durably, and say its name. Raises `OSError`."""
        name = hashlib.sha256(content).hexdigest()
        write_durably(self._directory / name, content)
        return name

    def get(self, name: str) -> bytes | None:
        """What was kept under this name; None for what never was, or is no name at all."""
        if not _SHA256.fullmatch(name):
            return None
        path = self._directory / name
        return path.read_bytes() if path.is_file() else None
