"""What can go wrong with a log on disk."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from assay.errors import AssayError


class LogError(AssayError):
    """Base of the errors of a transparency log."""

    code = "log_error"


class LogLockedError(LogError):
    """Another process owns the log."""

    code = "log_locked"
    hint = "stop the other gateway, or give this one a data directory of its own"


class LogClosedError(LogError):
    """The log was closed, or closed itself because its journal could not be kept whole."""

    code = "log_closed"
    hint = "open the log again; everything it acknowledged is there"


class LogCorruptError(LogError):
    """Files of the log are missing, damaged, or contradict its signed checkpoint."""

    code = "log_corrupt"
    hint = "restore the log's directory from a copy; a log that was changed is never repaired silently"


class StorageFullError(LogError):
    """The disk, a quota or a file size limit leaves no room; nothing was recorded."""

    code = "storage_full"
    hint = "free some space and send the entry again; what was acknowledged before is safe"


class EntryTooLargeError(LogError):
    """An entry is longer than the 65,535 bytes that a tlog-tiles bundle can hold."""

    code = "entry_too_large"
    hint = "log a digest of the data instead of the data"


class EntryNotFoundError(LogError):
    """The log has no entry at this index."""

    code = "entry_not_found"


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def named(error: OSError) -> OSError | StorageFullError:
    """The same failure as a :class:`StorageFullError` where that is what it means."""
    if error.errno in _NO_ROOM:
        return StorageFullError("there is no room left to write the log")
    return error


@contextmanager
def naming_full_storage() -> Iterator[None]:
    """Raise a full disk inside the block under its own name."""
    try:
        yield
    except OSError as error:
        raise named(error) from error
