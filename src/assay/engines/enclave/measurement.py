"""What runs here, in three registers of SHA-384, laid out as Nitro lays out its own.

A real enclave measures its image before the image runs. This measures from inside, and believes the
installer's record of what it unpacked: enough to see that two nodes differ, no defence against one that lies.
The same wheels and the same source give the same value on any machine and under any path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from assay.engines.enclave.listing import digest
from assay.engines.enclave.packages import Packages

DIGEST_SIZE = 48
"""Bytes of one register."""


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
        measured = (packages(), platform(), self.config_digest)
        return MappingProxyType({f"PCR{index}": register.hex() for index, register in enumerate(measured)})


@cache  # Files that change under a running program are not what runs.
def packages() -> bytes:
    """SHA-384 over every installed package and the source of Assay itself, by what this process can import."""
    return Packages.here().digest()


def platform() -> bytes:
    """SHA-384 over the interpreter and the operating system under it."""
    system = os.uname()
    return digest(
        (
            f"python {sys.version}",
            f"abi {sys.implementation.cache_tag}",
            f"system {system.sysname} {system.release} {system.machine}",
        )
    )
