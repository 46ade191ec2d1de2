"""The gateway's enclave image: everything that Assay puts into it, so that two people can make the same one.

A kernel, a C library and an interpreter go below it; see ``deploy/`` for how each kind of enclave is booted from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from assay.engines.enclave.layer import Contents, ImageInvalid, pack, unpack
from assay.engines.enclave.library import Library
from assay.engines.enclave.lock import require_locked
from assay.engines.enclave.manifest import Manifest
from assay.engines.enclave.packages import Packages

LAYER = "layer.tar"
MANIFEST = "manifest.json"

LIBRARY = "opt/assay/packages"
"""Where the packages are in the image: the ``PYTHONPATH`` of what runs there."""
SETTINGS = {
    "config": "etc/assay/assay.toml",
    "policy": "etc/assay/policy.json",
    "lock": "etc/assay/constraints.txt",
}
"""Where the other inputs are."""


@dataclass(frozen=True, slots=True)
class ImageInputs:
    """What an image is made from, and nothing else is. An empty file is as good as none."""

    packages: Packages
    config: bytes = b""
    """The node's ``assay.toml``. Everybody who checks the image has it: it names keys, it must not hold one."""
    policy: bytes = b""
    """The policy by which the node appraises others."""
    lock: bytes = b""
    """The pinned versions, as in ``constraints.txt``."""

    def measure(self) -> Manifest:
        """What `build` would write, without writing it. Raises `PackageUnfit`."""
        return self._pack(None)

    def build(self, folder: Path) -> Manifest:
        """Write `LAYER` and `MANIFEST` into ``folder``, which is made if there is none.

        Raises `PackageUnfit`, and `OSError` if the folder cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{LAYER}"
        try:
            with draft.open("wb") as sink:
                manifest = self._pack(sink)
            draft.replace(folder / LAYER)
        finally:
            draft.unlink(missing_ok=True)
        (folder / MANIFEST).write_bytes(manifest.to_bytes())
        return manifest

    def _pack(self, sink: BinaryIO | None) -> Manifest:
        require_locked(self.packages, self.lock)
        library = Library.of(self.packages)
        layer, files = pack(self._contents(library), sink)
        return Manifest(
            layer, self._digests(), files, tuple(f"{LIBRARY}/{path}" for path in library.disputed)
        )

    def _contents(self, library: Library) -> Contents:
        packages = {f"{LIBRARY}/{path}": content for path, content in library.contents.items()}
        return packages | {SETTINGS[name]: partial(bytes, content) for name, content in self._settings()}

    def _digests(self) -> Mapping[str, str]:
        digests = {name: hashlib.sha384(content).hexdigest() for name, content in self._settings()}
        return {"packages": self.packages.digest().hex(), **digests}

    def _settings(self) -> list[tuple[str, bytes]]:
        given = {"config": self.config, "policy": self.policy, "lock": self.lock}
        return [(name, content) for name, content in given.items() if content]


def examine(folder: Path) -> Manifest:
    """What the image in ``folder`` measures, found by taking it apart and building it again from its parts.

    Raises `ImageInvalid` unless that gives the same bytes: then the layer holds its inputs and nothing else.
    """
    with TemporaryDirectory(prefix="assay-image-") as temporary:
        root = Path(temporary)
        unpack(folder / LAYER, root)
        manifest = _inputs_below(root).measure()
    with (folder / LAYER).open("rb") as file:
        found = hashlib.file_digest(file, "sha384").hexdigest()
    if found != manifest.layer:
        raise ImageInvalid(f"{LAYER} holds more than its inputs, or spells them otherwise")
    listed = folder / MANIFEST
    if not listed.is_file() or listed.read_bytes() != manifest.to_bytes():
        raise ImageInvalid(f"{MANIFEST} is not that of {LAYER}")
    return manifest


def _inputs_below(root: Path) -> ImageInputs:
    given = {name: (root / path) for name, path in SETTINGS.items()}
    return ImageInputs(
        Packages.below(root / LIBRARY),
        **{name: path.read_bytes() if path.exists() else b"" for name, path in given.items()},
    )
