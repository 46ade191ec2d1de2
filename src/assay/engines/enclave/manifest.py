"""What an image holds, file by file, and the few digests that it comes down to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from assay.trust.canonical import canonicalize


@dataclass(frozen=True, slots=True)
class Manifest:
    """All digests are SHA-384 in lower-case hexadecimal."""

    layer: str
    """Of the layer's tar."""
    inputs: Mapping[str, str]
    """Of each input: ``packages``, as `assay.engines.enclave.packages.Packages.digest` has it, and of the file given as
    ``config``, ``policy`` or ``lock``."""
    files: Mapping[str, str]
    """Of each file, by its path below the root."""
    left_out: tuple[str, ...] = ()
    """Paths that two wheels fill differently."""

    def registers(self) -> Mapping[str, str]:
        """What a simulated enclave shows that runs this image.

        ``PCR1`` is missing: it measures the machine below, which an image cannot know.
        """
        return {
            "PCR0": self.inputs["packages"],
            "PCR2": self.inputs.get("config", hashlib.sha384(b"").hexdigest()),
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785)."""
        return canonicalize(
            {
                "layer": self.layer,
                "inputs": dict(self.inputs),
                "files": dict(self.files),
                "left_out": list(self.left_out),
            }
        )
