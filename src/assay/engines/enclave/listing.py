"""Digests over lists of things: order does not matter, and neither does the place they lie in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def digest(lines: Iterable[str]) -> bytes:
    """SHA-384 over the lines in sorted order, each ended by a newline."""
    return hashlib.sha384("".join(f"{line}\n" for line in sorted(lines)).encode()).digest()


def tree(directory: Path) -> bytes:
    """SHA-384 over the relative path and the content of every file under ``directory`` but compiled ones."""
    return digest(
        f"{path} {hashlib.sha384(file.read_bytes()).hexdigest()}" for path, file in source_files(directory)
    )


def source_files(directory: Path) -> Iterator[tuple[str, Path]]:
    """Every file under ``directory`` but compiled ones, behind its relative path."""
    for file in directory.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(directory).as_posix(), file
