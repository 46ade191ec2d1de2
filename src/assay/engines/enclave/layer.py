"""A layer of a root file system, as one tar: the same files give the same bytes, whoever packs them.

Nothing but path and content of a file gets in. Order, owner, modes and times are fixed, and there are no links,
so neither the clock nor the umask, the locale or the folder of the one who packs can be seen.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias

from assay.errors import AssayError

Contents: TypeAlias = Mapping[str, Callable[[], bytes]]
"""Path below the root, with slashes, to what gives the file's content."""


class ImageInvalid(AssayError):
    """An image is not what `assay enclave build` writes, byte for byte."""

    code = "image_invalid"
    hint = "build it again from its inputs, and compare the two manifests"


class _Digesting(io.RawIOBase):
    """Passes on what is written, and keeps its digest."""

    def __init__(self, sink: BinaryIO | None) -> None:
        self._sink = sink
        self.sha384 = hashlib.sha384()

    def write(self, data: bytes) -> int:  # type: ignore[override]  # tarfile writes bytes and nothing else
        self.sha384.update(data)
        if self._sink is not None:
            self._sink.write(data)
        return len(data)


def pack(contents: Contents, sink: BinaryIO | None) -> tuple[str, dict[str, str]]:
    """Write the layer to ``sink``, or nowhere: the SHA-384 of the tar, and of each file by its path, in hex."""
    written = _Digesting(sink)
    digests = {}
    with tarfile.open(fileobj=written, mode="w|", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive:
        for folder in sorted(_folders(contents)):
            archive.addfile(_member(folder, tarfile.DIRTYPE, 0o755))
        for path in sorted(contents):
            content = contents[path]()
            digests[path] = hashlib.sha384(content).hexdigest()
            archive.addfile(_member(path, tarfile.REGTYPE, 0o644, len(content)), io.BytesIO(content))
    return written.sha384.hexdigest(), digests


def unpack(layer: Path, root: Path) -> None:
    """Write the files of ``layer`` below ``root``. Raises `ImageInvalid` for anything but plain files and folders."""
    try:
        # Uncompressed, as `pack` writes it: what comes out is no more than went in.
        with tarfile.open(layer, "r:", encoding="utf-8") as archive:
            for member in archive:
                _unpack_one(archive, member, root)
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise ImageInvalid(f"{layer.name} cannot be unpacked: {error}") from None


def _unpack_one(archive: tarfile.TarFile, member: tarfile.TarInfo, root: Path) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise ImageInvalid(f"{member.name} in the layer lies outside it")
    if member.type == tarfile.DIRTYPE:
        (root / path).mkdir(parents=True, exist_ok=True)
    elif member.type == tarfile.REGTYPE and not member.issparse():
        content = archive.extractfile(member)
        assert content is not None
        (root / path).write_bytes(content.read())
    else:
        raise ImageInvalid(f"{member.name} in the layer is neither a plain file nor a folder")


def _folders(contents: Contents) -> set[str]:
    return {str(folder) for path in contents for folder in PurePosixPath(path).parents} - {"."}


def _member(path: str, kind: bytes, mode: int, size: int = 0) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path)
    member.type, member.mode, member.size = kind, mode, size
    return member
