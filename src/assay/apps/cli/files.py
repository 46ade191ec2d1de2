"""Files that are named on the command line."""

from __future__ import annotations

import os
from pathlib import Path

from assay.errors import AssayError


class FileUnreadable(AssayError):
    """A file named on the command line cannot be read."""

    code = "file_unreadable"
    hint = "check the name, and that you may read it"


class FileUnwritable(AssayError):
    """A file named on the command line cannot be written."""

    code = "file_unwritable"
    hint = "check that the folder exists and that you may write there"


def read_file(path: Path) -> bytes:
    """The content of a file that was named on the command line. Raises `FileUnreadable`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read: {error.strerror}.") from error


def write_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file that only its owner may read, as it may hold a prompt, unless ``mode`` says otherwise.

    Raises `FileUnwritable`.
    """
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
    except OSError as error:
        raise FileUnwritable(f"{path} cannot be written: {error.strerror}.") from error
