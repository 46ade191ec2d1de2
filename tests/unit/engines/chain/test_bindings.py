"""Each artifact has the class that `contracts/bind.py` writes for it, and that can say whatever an ABI can."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def bind() -> ModuleType:
    specification = importlib.util.spec_from_file_location("bind", ROOT / "contracts" / "bind.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_artifact_has_its_class(bind: ModuleType) -> None:
    expected = {
        bind.file_name(artifact.stem): bind.binding(artifact.stem, json.loads(artifact.read_text())["abi"])
        for artifact in bind.ARTIFACTS.glob("*.json")
    }
    found = {path.name: path.read_text() for path in bind.BINDINGS.glob("*.py") if path.name != "__init__.py"}
    assert found == expected, "scripts/contracts build"


@pytest.mark.parametrize(
    ("contract", "file"),
    [
        ("OPG", "opg.py"),
        ("TEERegistry", "teeregistry.py"),
        ("X402UptoPermit2Proxy", "x402_upto_permit2_proxy.py"),
    ],
)
def test_file_names(bind: ModuleType, contract: str, file: str) -> None:
    assert bind.file_name(contract) == file


def test_types(bind: ModuleType) -> None:
    permit = {
        "name": "permit",
        "type": "tuple[]",
        "components": [
            {"name": "token", "type": "address"},
            {"name": "parts", "type": "tuple[2]", "components": [{"name": "a", "type": "int8"}]},
        ],
    }
    abi = [
        {
            "type": "function",
            "name": "f",
            "inputs": [permit, {"name": "from", "type": "bytes32[]"}, {"name": "", "type": "bool"}],
            "outputs": [{"name": "", "type": "string"}, {"name": "", "type": "uint256[2][]"}],
        },
        {
            "type": "event",
            "name": "E",
            "inputs": [
                {"name": "text", "type": "string", "indexed": True},
                {"name": "list", "type": "uint8[]", "indexed": False},
            ],
        },
    ]
    text = bind.binding("Some", abi)
    assert "permit: Sequence[tuple[Address, Sequence[tuple[int]]]]" in text
    assert "from_: Sequence[bytes]" in text
    assert "argument2: bool" in text
    assert '"(address,(int8)[2])[]", "bytes32[]", "bool"' in text
    assert "Call[tuple[str, tuple[tuple[int, ...], ...]]]" in text
    assert "    text: bytes\n    list: tuple[int, ...]\n" in text, "of an indexed text there is only its hash"


def test_structs_with_names_are_classes(bind: ModuleType) -> None:
    part = {
        "name": "part",
        "type": "tuple[2]",
        "internalType": "struct Other.Part[2]",
        "components": [{"name": "from", "type": "address"}],
    }
    whole = {"name": "", "type": "tuple[]", "internalType": "struct Whole[]", "components": [part]}
    ask = {"type": "function", "name": "ask", "inputs": [{**whole, "name": "all"}], "outputs": [whole]}
    text = bind.binding("Some", [ask])
    assert text.index("class Part(NamedTuple):\n    from_: Address\n") < text.index(
        "class Whole(NamedTuple):\n"
    )
    assert "    part: tuple[Part, ...]\n" in text
    assert "all: Sequence[tuple[Sequence[tuple[Address]]]]" in text, "a struct, or any tuple like it"
    assert "-> Call[tuple[Whole, ...]]:" in text
    assert '("((address)[2])[]",), tuple[Whole, ...])' in text
    two = {**ask, "outputs": [{"name": "", "type": "bool"}, part]}
    assert "Call[tuple[bool, tuple[Part, ...]]]" in bind.binding("Some", [two])


def test_functions_that_only_their_types_tell_apart(bind: ModuleType) -> None:
    def function(*types: str) -> dict[str, object]:
        inputs = [{"name": "", "type": type} for type in types]
        return {"type": "function", "name": "f", "inputs": inputs, "outputs": []}

    text = bind.binding("Some", [function("bool"), function("bool", "bool"), function("int8")])
    assert text.count("def f(") == 3
    assert text.count("@overload") == 2
    assert "def f_2(self, argument0: int) -> Call[None]:" in text


def test_long_lines_are_laid_out_as_ruff_does_and_a_tuple_of_one_stays_a_tuple(bind: ModuleType) -> None:
    inputs = [{"name": f"a_rather_long_name_{number}", "type": "uint256"} for number in range(3)]
    outputs = [{"name": "", "type": "tuple", "components": [{"name": "", "type": "bytes32"}] * 2}]
    text = bind.binding("Some", [{"type": "function", "name": "f", "inputs": inputs, "outputs": outputs}])
    assert '            ("(bytes32,bytes32)",),\n' in text
    assert max(map(len, text.splitlines())) <= 110
