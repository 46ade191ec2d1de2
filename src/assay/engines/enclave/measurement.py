"""What runs here, in three registers of SHA-384, laid out as Nitro lays out its own.

A real enclave measures its image before the image runs. This measures from inside, and believes the
installer's record of what it unpacked: enough to see that two nodes differ, no defence against one that lies.
The same wheels and the same source give the same value on any machine and under any path.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import MappingProxyType

DIGEST_SIZE = 48
"""Bytes of one register."""

_WRITTEN_BY_THE_INSTALLER = ("/INSTALLER", "/REQUESTED", "/direct_url.json")
_OURS = "assay"


@dataclass(frozen=True, slots=True)
class Measurement:
    """What decides this process's behaviour: its packages, its platform and a configuration.

    ``config_digest`` is the SHA-384 of the configuration. Raises `ValueError` for another size.
    """

    config_digest: bytes

    def __post_init__(self) -> None:
        if len(self.config_digest) != DIGEST_SIZE:
            raise ValueError("the configuration's digest is a SHA-384: 48 bytes")

    def registers(self) -> Mapping[str, str]:
        """``PCR0`` packages, ``PCR1`` platform, ``PCR2`` configuration, in lower-case hexadecimal.

        The first call in a process reads some megabytes of package records, a matter of 0.2 s, and may run in
        a thread; later calls repeat what it saw.
        """
        digests = (packages(), platform(), self.config_digest)
        return MappingProxyType({f"PCR{index}": digest.hex() for index, digest in enumerate(digests)})


@cache  # Files that change under a running program are not what runs.
def packages() -> bytes:
    """SHA-384 over every installed package and the source of Assay itself."""
    source = Path(__file__).parents[2]
    return _digest((f"installed {installed().hex()}", f"source {tree(source).hex()}"))


def installed() -> bytes:
    """SHA-384 over name, version and recorded files of every package that can be imported here.

    Assay is left out: the record of an editable install says no more than where it points to.
    """
    return _digest(
        f"{metadata['Name']}=={metadata['Version']} {_digest(_record_rows(distribution)).hex()}"
        for distribution in distributions()
        if (metadata := distribution.metadata)["Name"] != _OURS
    )


def tree(directory: Path) -> bytes:
    """SHA-384 over the relative path and the content of every file under ``directory`` but compiled ones."""
    return _digest(
        f"{path.relative_to(directory).as_posix()} {hashlib.sha384(path.read_bytes()).hexdigest()}"
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def platform() -> bytes:
    """SHA-384 over the interpreter and the operating system under it."""
    system = os.uname()
    return _digest(
        (
            f"python {sys.version}",
            f"abi {sys.implementation.cache_tag}",
            f"system {system.sysname} {system.release} {system.machine}",
        )
    )


def _record_rows(distribution: Distribution) -> Iterator[str]:
    """The rows of RECORD for what the wheel brought (PyPA specification "Recording installed projects").

    Left out is what depends on the machine: launchers, which carry the interpreter's path and lie outside the
    library (``../``), compiled files, which have no digest, and the installer's own notes.
    """
    for row in (distribution.read_text("RECORD") or "").splitlines():
        path, *_ = row.split(",sha256=")
        if path != row and not path.startswith("../") and not path.endswith(_WRITTEN_BY_THE_INSTALLER):
            yield row


def _digest(lines: Iterable[str]) -> bytes:
    """SHA-384 over the lines in sorted order, each ended by a newline."""
    return hashlib.sha384("".join(f"{line}\n" for line in sorted(lines)).encode()).digest()
