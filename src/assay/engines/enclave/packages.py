"""All packages that can be imported from one place, measured together."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from assay.engines.enclave.listing import digest, tree
from assay.engines.enclave.package import OURS, Package, PackageUnfit


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages on a search path, and Assay itself by its source."""

    path: tuple[str, ...]
    """Folders in which packages lie, searched as `sys.path` is."""
    source: Path
    """The folder of Assay's own modules."""

    @classmethod
    def here(cls) -> Packages:
        """What this process can import."""
        return cls(tuple(sys.path), Path(__file__).parents[2])

    @classmethod
    def below(cls, folder: Path) -> Packages:
        """What ``pip install --target`` wrote into ``folder``. Raises `PackageUnfit` unless Assay is among it."""
        packages = cls((str(folder),), folder / OURS)
        if not packages.source.is_dir():
            raise PackageUnfit(f"Assay is not installed in {folder}")
        return packages

    def __iter__(self) -> Iterator[Package]:
        return map(Package, distributions(path=list(self.path)))

    def digest(self) -> bytes:
        """SHA-384 over every installed package and the source of Assay itself."""
        return digest((f"installed {self.installed().hex()}", f"source {tree(self.source).hex()}"))

    def installed(self) -> bytes:
        """SHA-384 over name, version and recorded files of every package but Assay."""
        return digest(package.identity() for package in self if package.name != OURS)
