"""One process owns a log."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import BinaryIO

from assay.engines.tlog.errors import LogLockedError


def lock_file(path: Path) -> BinaryIO:
    """Take the exclusive lock on ``path``; closing the file, or the end of the process, gives it back.

    Raises:
        LogLockedError: somebody else holds it.
    """
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise LogLockedError("the log is in use by another process") from None
    return file
