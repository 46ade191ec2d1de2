"""The one line that the local engine's process writes: it is ready, or why it never will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson

from assay.engines.inference.provider import EngineProfile, ProviderUnreachable


@dataclass(frozen=True, slots=True)
class Ready:
    """Both sockets accept connections. ``profiles`` holds one for each carried model, by its name."""

    profiles: Mapping[str, EngineProfile]

    def line(self) -> bytes:
        profiles = {model: asdict(profile) for model, profile in self.profiles.items()}
        return orjson.dumps({"ready": profiles}) + b"\n"


@dataclass(frozen=True, slots=True)
class Unable:
    """The process gave up before it was ready; starting it again would not help."""

    message: str
    hint: str

    def line(self) -> bytes:
        return orjson.dumps({"unable": asdict(self)}) + b"\n"


def read_line(line: bytes) -> Ready | Unable:
    """The meaning of a first line. Raises `ProviderUnreachable` when the process ended without one."""
    if not line.endswith(b"\n"):
        raise ProviderUnreachable("the local engine ended while it was starting")
    said = orjson.loads(line)
    if "unable" in said:
        return Unable(**said["unable"])
    return Ready({model: EngineProfile(**profile) for model, profile in said["ready"].items()})
