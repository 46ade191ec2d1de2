"""Contracts on the tests' machine: ours from their artifacts, as they are deployed everywhere."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import boa
from boa.util.abi import abi_encode
from build import ARTIFACTS, artifact

PLAYED = Path(__file__).parent / "played"


@cache
def _kept(name: str) -> dict[str, Any]:
    return json.loads((ARTIFACTS / f"{name}.json").read_text())


@cache
def _played(name: str) -> dict[str, Any]:
    return artifact(PLAYED / f"{name}.vy")


def deploy(name: str, *arguments: Any) -> Any:
    """A contract of ours, by name."""
    return _deployed(name, _kept(name), arguments)


def lay(name: str, address: str) -> Any:
    """A contract of ours whose code is laid at an address, without running a constructor."""
    compiled = _kept(name)
    boa.env.set_code(address, bytes.fromhex(compiled["runtime"].removeprefix("0x")))
    return boa.loads_abi(json.dumps(compiled["abi"]), name=name).at(address)


def play(name: str, *arguments: Any) -> Any:
    """A contract of somebody else's, as the tests need it: ``played/NAME.vy``."""
    return _deployed(name, _played(name), arguments)


def initcode(name: str, *arguments: Any) -> bytes:
    """What a transaction that makes this contract of ours carries."""
    return _initcode(_kept(name), arguments)


def _deployed(name: str, compiled: dict[str, Any], arguments: tuple[Any, ...]) -> Any:
    factory = boa.loads_abi(json.dumps(compiled["abi"]), name=name)
    address, _ = boa.env.deploy_code(bytecode=_initcode(compiled, arguments))
    return factory.at(address)


def _initcode(compiled: dict[str, Any], arguments: tuple[Any, ...]) -> bytes:
    constructors = [entry for entry in compiled["abi"] if entry["type"] == "constructor"]
    types = ",".join(field["type"] for entry in constructors for field in entry["inputs"])
    return bytes.fromhex(compiled["bytecode"].removeprefix("0x")) + abi_encode(f"({types})", arguments)
