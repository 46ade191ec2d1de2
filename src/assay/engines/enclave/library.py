"""The packages of an image as files: pure copies of what the wheels brought, with records that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from assay.engines.enclave.layer import Contents
from assay.engines.enclave.listing import source_files
from assay.engines.enclave.package import OURS, Package, PackageUnfit
from assay.engines.enclave.packages import Packages


@dataclass(frozen=True, slots=True)
class Library:
    """One folder from which everything can be imported."""

    contents: Contents
    disputed: tuple[str, ...]
    """Paths left out, as two wheels fill them differently: whichever was unpacked last would decide."""

    @classmethod
    def of(cls, packages: Packages) -> Library:
        """Raises `PackageUnfit` if a package cannot be copied by its record, now or when its content is asked for."""
        contents: dict[str, Callable[[], bytes]] = {}
        claims: dict[str, dict[str, Package]] = defaultdict(dict)
        for package in packages:
            path, record = package.record()
            if path in contents:
                raise PackageUnfit(f"{package.name} is installed twice")
            contents[path] = partial(bytes, record)
            for path, sha256 in package.files().items():
                claims[path][sha256] = package
        for path, claim in claims.items():
            if len(claim) == 1:
                ((sha256, package),) = claim.items()
                contents[path] = partial(package.read, path, sha256)
        for path, file in source_files(packages.source):
            contents[f"{OURS}/{path}"] = file.read_bytes
        return cls(contents, tuple(sorted(claims.keys() - contents.keys())))
