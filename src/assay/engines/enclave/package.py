"""One installed package: what its wheel brought, by what the installer recorded.

PyPA specification "Recording installed projects". Its identity is a digest over the record, which costs little;
`Package.read` holds a file to its record.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import Distribution
from pathlib import Path

from assay.engines.enclave.listing import digest
from assay.errors import ConfigError

OURS = "assay"

_WRITTEN_BY_THE_INSTALLER = ("/INSTALLER", "/REQUESTED", "/direct_url.json")


class PackageUnfit(ConfigError):
    """An installed package is not what its wheel brought, so nobody else could measure the same."""

    code = "package_unfit"
    hint = "install the locked wheels into a fresh environment, and build from that one"


class Package:
    """One installed distribution. Raises `PackageUnfit` if what the installer wrote cannot be read."""

    def __init__(self, distribution: Distribution) -> None:
        self._distribution = distribution
        try:
            self.name = str(distribution.metadata["Name"])
            self.version = str(distribution.metadata["Version"])
            self._record = distribution.read_text("RECORD") or ""
        except UnicodeDecodeError:
            raise PackageUnfit("the metadata of an installed package is not UTF-8") from None

    def identity(self) -> str:
        """Name, version and the SHA-384 over `rows`, on one line."""
        return f"{self.name}=={self.version} {digest(self.rows()).hex()}"

    def rows(self) -> tuple[str, ...]:
        """The rows of RECORD for what the wheel brought, sorted.

        Left out is what depends on the machine: launchers, which carry the interpreter's path and lie outside
        the library (``../``), compiled files, which have no digest, and the installer's own notes. Of Assay
        only the metadata is left: the record of an editable install says no more of it than where it points to.
        """
        return tuple(sorted(filter(self._is_brought, self._record.splitlines())))

    def files(self) -> Mapping[str, str]:
        """Path below the library to SHA-256, in base64 as the record spells it.

        Raises `PackageUnfit` if the package cannot be copied by its record.
        """
        try:
            if self.name != OURS and self._is_editable():
                raise PackageUnfit(f"{self.name} is an editable install: its files are elsewhere")
            files = dict(map(self._split, self.rows()))
        except (ValueError, csv.Error):
            raise PackageUnfit(f"the record of {self.name} is no list of paths and digests") from None
        if not files:
            raise PackageUnfit(f"{self.name} has no record of what belongs to it")
        return files

    def read(self, path: str, sha256: str) -> bytes:
        """The content of one of `files`. Raises `PackageUnfit` if it is not what was recorded."""
        try:
            content = Path(str(self._distribution.locate_file(path))).read_bytes()
        except (OSError, ValueError) as error:
            raise PackageUnfit(f"a file of {self.name} cannot be read: {error}") from None
        found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        if found != sha256:
            raise PackageUnfit(f"{path} of {self.name} was changed after it was installed")
        return content

    def record(self) -> tuple[str, bytes]:
        """Path and content of a RECORD that lists `rows` and nothing of the machine."""
        folders = {path.split("/")[0] for path in self.files() if _is_metadata(path)}
        if len(folders) != 1:
            raise PackageUnfit(f"the record of {self.name} does not list its own metadata")
        path = f"{folders.pop()}/RECORD"
        return path, "".join(f"{row}\n" for row in (*self.rows(), f"{path},,")).encode()

    def _is_brought(self, row: str) -> bool:
        path, *recorded = row.split(",sha256=")
        return (
            bool(recorded)
            and not path.startswith("../")
            and not path.endswith(_WRITTEN_BY_THE_INSTALLER)
            and (self.name != OURS or _is_metadata(path))
        )

    def _is_editable(self) -> bool:
        origin = json.loads(self._distribution.read_text("direct_url.json") or "{}")
        return bool(origin.get("dir_info", {}).get("editable"))

    def _split(self, row: str) -> tuple[str, str]:
        path, recorded, *_ = next(csv.reader([row]))
        if path.startswith("/") or ".." in path.split("/"):
            raise PackageUnfit(f"the record of {self.name} names a file outside the library")
        return path, recorded.removeprefix("sha256=")


def _is_metadata(path: str) -> bool:
    return path.split("/")[0].endswith(".dist-info")
