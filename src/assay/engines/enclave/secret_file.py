"""Secrets kept in one file each: made once, whole or not at all, readable by their owner alone."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from assay.errors import ConfigError


class SecretFileExposed(ConfigError):
    """Others than the owner may read or write a file that holds a key."""

    code = "secret_file_exposed"
    hint = "if nobody has read it: `chmod 600` the file; otherwise delete it and let a new key be made"


class SecretFileUnreadable(ConfigError):
    """A key's file does not hold what it should."""

    code = "secret_file_unreadable"
    hint = "restore the file from a backup, or delete it and let a new key be made"


def read_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of ``path``, which ``make`` provides if nobody has before.

    However many processes call this at once, all of them get the content of the first to finish; a crash
    leaves the whole file or none. Raises `SecretFileExposed` if others than the owner may open the file.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _publish(path, make())
    return read(path)


def read(path: Path) -> bytes:
    """The content of ``path``. Raises `SecretFileExposed` if others than the owner may open it, and `OSError`."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretFileExposed(f"{path.name} is open to other users of this machine")
        return file.read()


def _publish(path: Path, content: bytes) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename, a link never replaces a file that another process has published meanwhile.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
