"""The transparency log on disk: C2SP tlog-tiles, append-only across crashes, proofs on demand."""

from __future__ import annotations

from assay.engines.tlog.audit import audit
from assay.engines.tlog.errors import (
    EntryNotFoundError,
    EntryTooLargeError,
    LogClosedError,
    LogCorruptError,
    LogError,
    LogLockedError,
    StorageFullError,
)
from assay.engines.tlog.log import Log
from assay.engines.tlog.sequencer import Sequencer

__all__ = [
    "EntryNotFoundError",
    "EntryTooLargeError",
    "Log",
    "LogClosedError",
    "LogCorruptError",
    "LogError",
    "LogLockedError",
    "Sequencer",
    "StorageFullError",
    "audit",
]
