"""Compiles each contract of this folder into one artifact: ``python contracts/build.py`` writes them all.

An artifact is what the rest of Assay knows of a contract, so nobody needs the compiler to deploy or call one. It is
the same bytes wherever it is made: code carries no path and no hash of comments, so rewording a comment moves no
CREATE2 address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import vyper
from vyper.compiler.input_bundle import FileInput, FilesystemInputBundle
from vyper.compiler.output import build_abi_output
from vyper.compiler.phases import CompilerData
from vyper.semantics.types import DArrayT, SArrayT, StructT, TupleT, VyperType

CONTRACTS = Path(__file__).resolve().parent
ARTIFACTS = CONTRACTS.parent / "src/assay/engines/chain/artifacts"


_RAISED = re.compile(r'raw_revert\([^"]*method_id\("(\w+)\(([\w,]*)\)"')


def sources() -> list[Path]:
    """The contracts that are deployed; modules and interfaces are compiled as parts of them."""
    return sorted(CONTRACTS.glob("*.vy"))


def artifact(source: Path) -> dict[str, Any]:
    """What is kept of a compiled contract.

    ``abi``, in which a struct has its name as ``internalType``, as solc writes it; ``bytecode``, the initcode without
    constructor arguments, and ``runtime``, the code without immutables, both 0x-hex; ``source_sha256``, of every file
    that went in, by path under ``contracts/``; ``compiler``.
    """
    compiled = _compile(source)
    return {
        "abi": _abi(compiled) + _declared_overloads(source) + _raised_errors(compiled),
        "bytecode": "0x" + compiled.bytecode.hex(),
        "runtime": "0x" + compiled.bytecode_runtime.hex(),
        "source_sha256": _digests(compiled),
        "compiler": {
            "name": "vyper",
            "version": vyper.__version__,
            "evm": str(compiled.settings.evm_version),
        },
    }


def encoded(artifact: dict[str, Any]) -> str:
    """The one text of an artifact."""
    return json.dumps(artifact, indent=1, sort_keys=True) + "\n"


def _compile(source: Path) -> CompilerData:
    bundle = FilesystemInputBundle([CONTRACTS])
    file = bundle.load_file(source)
    assert isinstance(file, FileInput)
    return CompilerData(file, bundle, no_bytecode_metadata=True)


def _abi(compiled: CompilerData) -> list[dict[str, Any]]:
    abi: list[dict[str, Any]] = build_abi_output(compiled)
    structs = {tuple(struct.members): struct.name for struct in _structs(compiled)}
    for entry in abi:
        for parameter in (*entry.get("inputs", ()), *entry.get("outputs", ())):
            _name_structs(parameter, structs)
    return abi


def _structs(compiled: CompilerData) -> Iterator[StructT]:
    """What is passed to functions of a contract, and what they answer."""
    for function in compiled.annotated_vyper_module._metadata["type"].exposed_functions:
        for type in (*(argument.typ for argument in function.arguments), function.return_type):
            yield from _structs_in(type)


def _structs_in(type: VyperType | None) -> Iterator[StructT]:
    parts: Iterable[VyperType] = ()
    if isinstance(type, StructT):
        yield type
        parts = type.members.values()
    elif isinstance(type, TupleT):
        parts = type.member_types
    elif isinstance(type, (DArrayT, SArrayT)):
        parts = (type.value_type,)
    for part in parts:
        yield from _structs_in(part)


def _name_structs(parameter: dict[str, Any], structs: dict[tuple[str, ...], str]) -> None:
    components = parameter.get("components", ())
    if name := structs.get(tuple(component["name"] for component in components)):
        parameter["internalType"] = f"struct {name}{parameter['type'].removeprefix('tuple')}"
    for component in components:
        _name_structs(component, structs)


def _declared_overloads(source: Path) -> list[dict[str, Any]]:
    """Calls that a contract tells apart by selector, as Vyper has one function a name."""
    declared = CONTRACTS / "overloads" / f"{source.stem}.vyi"
    return _abi(_compile(declared)) if declared.exists() else []


def _raised_errors(compiled: CompilerData) -> list[dict[str, Any]]:
    """Custom errors, found in the sources: Vyper raises them by ``raw_revert`` and declares them nowhere."""
    raised = {error for path in _files(compiled) for error in _RAISED.findall(path.read_text())}
    return [
        {
            "type": "error",
            "name": name,
            "inputs": [{"name": "", "type": kind} for kind in kinds.split(",") if kind],
        }
        for name, kinds in sorted(raised)
    ]


def _digests(compiled: CompilerData) -> dict[str, str]:
    return {
        str(path.relative_to(CONTRACTS)): sha256(path.read_bytes()).hexdigest() for path in _files(compiled)
    }


def _files(compiled: CompilerData) -> set[Path]:
    """What went into a contract, without what the compiler brings along."""
    files = (compiled.file_input, *compiled.resolved_imports.compiler_inputs)
    return {file.resolved_path for file in files if file.resolved_path.is_relative_to(CONTRACTS)}


if __name__ == "__main__":
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for contract in sources():
        (ARTIFACTS / f"{contract.stem}.json").write_text(encoded(artifact(contract)))
        print(f"contracts: {contract.stem}")
