"""What the compiler made of a contract: `scripts/contracts build` writes it, and the package carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from assay.engines.chain.wire import from_data


@dataclass(frozen=True, slots=True)
class Artifact:
    """``bytecode``: what makes the contract, without the constructor's arguments. ``runtime``: the code that stays."""

    name: str
    abi: Sequence[Mapping[str, Any]]
    bytecode: bytes
    runtime: bytes

    @staticmethod
    @cache
    def load(name: str) -> Artifact:
        content = orjson.loads((files(__package__) / "artifacts" / f"{name}.json").read_bytes())
        return Artifact(name, content["abi"], from_data(content["bytecode"]), from_data(content["runtime"]))
