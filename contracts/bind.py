"""Writes a Python class for each artifact: ``python contracts/bind.py``.

A class says of a contract what its ABI says, in Python's types, so that mypy holds callers to it.
"""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

CHAIN = Path(__file__).resolve().parents[1] / "src/assay/engines/chain"
ARTIFACTS = CHAIN / "artifacts"
BINDINGS = CHAIN / "bindings"

_WIDTH = 110
_STRUCT = re.compile(r"struct (?:\w+\.)?(\w+)")
_ARRAY = re.compile(r"(.+)\[[0-9]*\]")
_STANDARD = (
    ("collections.abc", ("Sequence",)),
    ("dataclasses", ("dataclass",)),
    ("typing", ("Any", "NamedTuple", "overload")),
)
_OURS = (
    ("assay.engines.chain.contract", ("Call", "Contract", "Event", "Parameter")),
    ("assay.engines.chain.library", ("Address",)),
)

Entry = Mapping[str, Any]
"""An entry of an ABI, or one of its parameters."""
Code = str | Sequence[str]
"""An expression, or the expressions of a tuple."""


def file_name(contract: str) -> str:
    """``x402_exact_permit2_proxy.py`` for ``X402ExactPermit2Proxy``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", contract).lower() + ".py"


def binding(contract: str, abi: Sequence[Entry]) -> str:
    """The module for a contract."""
    structs = [_struct(name, components) for name, components in _structs(abi).items()]
    classes = [*structs, _contract(contract, abi), *map(_event, _named(abi, "event"))]
    body = "\n\n\n".join("\n".join(lines) for lines in classes) + "\n"
    return "\n".join(_head(contract, body)) + body


def _head(contract: str, body: str) -> Iterator[str]:
    yield f'"""`{contract}`, as its artifact describes it. Written by contracts/bind.py: change the contract."""'
    yield from ("", "from __future__ import annotations", "")
    for group in (_STANDARD, _OURS):
        imports = list(_imports(group, body))
        yield from [*imports, ""] if imports else []
    yield from ("", "")


def _imports(modules: Sequence[tuple[str, Sequence[str]]], body: str) -> Iterator[str]:
    """What the body uses of these modules."""
    for module, names in modules:
        if used := [name for name in names if re.search(rf"\b{name}\b", body)]:
            yield f"from {module} import {', '.join(used)}"


def _structs(abi: Sequence[Entry]) -> dict[str, Sequence[Entry]]:
    """The components of each struct that functions take or answer, those it is made of before it."""
    found: dict[str, Sequence[Entry]] = {}

    def find(parameter: Entry) -> None:
        for component in parameter.get("components", ()):
            find(component)
        if name := _struct_name(parameter):
            known = found.setdefault(name, parameter["components"])
            assert known == parameter["components"], f"two structs are called {name}"

    for entry in _named(abi, "function"):
        for parameter in (*entry["inputs"], *entry["outputs"]):
            find(parameter)
    return found


def _struct_name(parameter: Entry) -> str | None:
    """``TEE`` for a parameter of the type ``TEE`` or for an array of them, as ``internalType`` has it."""
    match = _STRUCT.match(parameter.get("internalType", ""))
    return match[1] if match else None


def _struct(name: str, components: Sequence[Entry]) -> Iterator[str]:
    yield f"class {name}(NamedTuple):"
    for field, component in zip(_field_names(components), components, strict=True):
        yield f"    {field}: {_answered(component)}"


def _contract(contract: str, abi: Sequence[Entry]) -> Iterator[str]:
    yield f"class {contract}(Contract):"
    yield f'    artifact = "{contract}"'
    for constructor in (entry for entry in abi if entry["type"] == "constructor"):
        yield ""
        yield "    @classmethod"
        yield from _signature("initcode", ["cls", *_parameters(constructor)], "bytes:")
        yield from _return("cls._initcode", [_types(constructor["inputs"]), _names(constructor)])
    for name, overloads in groupby(_named(abi, "function"), key=lambda entry: str(entry["name"])):
        for python_name, entries in _told_apart(name, list(overloads)):
            yield ""
            yield from (_function if len(entries) == 1 else _overloaded)(python_name, name, entries)


def _told_apart(name: str, overloads: Sequence[Entry]) -> Iterator[tuple[str, Sequence[Entry]]]:
    """Functions that differ by how many arguments they take share a name; others get a number behind theirs."""
    rounds: list[dict[int, Entry]] = []
    for entry in overloads:
        count = len(entry["inputs"])
        free = next((taken for taken in rounds if count not in taken), None)
        if free is None:
            rounds.append(free := {})
        free[count] = entry
    for number, by_count in enumerate(rounds, start=1):
        yield name if number == 1 else f"{name}_{number}", list(by_count.values())


def _function(python_name: str, name: str, entries: Sequence[Entry]) -> Iterator[str]:
    (entry,) = entries
    yield from _signature(python_name, ["self", *_parameters(entry)], f"Call[{_answer(entry)}]:")
    yield from _return("self._call", [f'"{name}"', _types(entry["inputs"]), _names(entry), *_outputs(entry)])


def _overloaded(python_name: str, name: str, entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        yield "    @overload"
        yield from _signature(python_name, ["self", *_parameters(entry), "/"], f"Call[{_answer(entry)}]: ...")
    yield from _signature(python_name, ["self", "*arguments: Any"], "Call[Any]:")
    yield "        types = {"
    for entry in entries:
        yield from _bracketed(12, f"{len(entry['inputs'])}: (", _types(entry["inputs"]), "),")
    yield "        }[len(arguments)]"
    outputs = _outputs(entries[0])
    assert all(_outputs(entry) == outputs for entry in entries), f"functions called {name} answer differently"
    yield from _return("self._call", [f'"{name}"', "types", "arguments", *outputs])


def _event(entry: Entry) -> Iterator[str]:
    yield "@dataclass(frozen=True, slots=True)"
    yield f"class {entry['name']}(Event):"
    yield f'    signature = "{entry["name"]}"'
    if not entry["inputs"]:
        yield "    parameters = ()"
        return
    fields = list(zip(_names(entry), entry["inputs"], strict=True))
    parameters = [
        f'Parameter("{name}", "{_type(parameter)}"{", indexed=True" if parameter["indexed"] else ""})'
        for name, parameter in fields
    ]
    if len(parameters) == 1:
        yield f"    parameters = {_inline(parameters)}"
    else:
        yield "    parameters = ("
        yield from (f"        {parameter}," for parameter in parameters)
        yield "    )"
    yield ""
    for name, parameter in fields:
        yield f"    {name}: {_told(parameter)}"


def _signature(name: str, parameters: Sequence[str], end: str) -> Iterator[str]:
    return _bracketed(4, f"def {name}(", parameters, f") -> {end}")


def _return(function: str, arguments: Sequence[Code]) -> Iterator[str]:
    return _bracketed(8, f"return {function}(", arguments, ")")


def _bracketed(indent: int, opening: str, items: Sequence[Code], closing: str) -> Iterator[str]:
    """On one line, or if that would be too long with an item a line, as ruff lays it out."""
    line = f"{' ' * indent}{opening}{', '.join(map(_inline, items))}{closing}"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{' ' * indent}{opening}"
    inner = " " * (indent + 4)
    for item in items:
        if len(inner + _inline(item)) < _WIDTH or _is_text(item):
            yield f"{inner}{_inline(item)},"
        elif isinstance(item, str):
            opening, _, rest = item.partition("[")
            yield from (f"{inner}{opening}[", f"{inner}    {rest[:-1]}", f"{inner}],")
        else:
            yield from _bracketed(indent + 4, "(", item, "),")
    yield f"{' ' * indent}{closing}"


def _is_text(item: Code) -> bool:
    """Whether it is a literal, which nothing can break."""
    return isinstance(item, str) and item.startswith('"')


def _inline(item: Code) -> str:
    if isinstance(item, str):
        return item
    return f"({item[0]},)" if len(item) == 1 else f"({', '.join(map(_inline, item))})"


def _named(abi: Sequence[Entry], kind: str) -> list[Entry]:
    return sorted((entry for entry in abi if entry["type"] == kind), key=lambda entry: str(entry["name"]))


def _names(entry: Entry) -> list[str]:
    return _field_names(entry["inputs"])


def _field_names(parameters: Sequence[Entry]) -> list[str]:
    """The parameters' names, where Python lets them have them."""
    names = [parameter["name"] or f"argument{place}" for place, parameter in enumerate(parameters)]
    return [f"{name}_" if keyword.iskeyword(name) or name == "self" else name for name in names]


def _parameters(entry: Entry) -> list[str]:
    return [
        f"{name}: {_python(_type(parameter), 'Sequence[{}]')}"
        for name, parameter in zip(_names(entry), entry["inputs"], strict=True)
    ]


def _types(parameters: Iterable[Entry]) -> list[str]:
    return [f'"{_type(parameter)}"' for parameter in parameters]


def _outputs(entry: Entry) -> list[Code]:
    """As the last arguments, which are left out if a function answers nothing, or nothing with names."""
    if not entry["outputs"]:
        return []
    types: list[Code] = [_types(entry["outputs"])]
    return [*types, _answer(entry)] if any(map(_struct_name, entry["outputs"])) else types


def _answer(entry: Entry) -> str:
    types = list(map(_answered, entry["outputs"]))
    return f"tuple[{', '.join(types)}]" if len(types) > 1 else "".join(types) or "None"


def _answered(parameter: Entry) -> str:
    """The type in which an answer, or a field of one, is read."""
    name, arrays = _struct_name(parameter), "tuple[{}, ...]"
    if name is None:
        return _python(_type(parameter), arrays)
    return _python(name + parameter["type"].removeprefix("tuple"), arrays)


def _told(parameter: Entry) -> str:
    """The type of an event's field; of what does not fit into a topic, there is only the hash."""
    type = _type(parameter)
    hashed = parameter["indexed"] and (type in ("string", "bytes") or type.endswith(("]", ")")))
    return "bytes" if hashed else _python(type, "tuple[{}, ...]")


def _type(parameter: Entry) -> str:
    """The canonical type, in which a tuple is its components."""
    type = str(parameter["type"])
    if not type.startswith("tuple"):
        return type
    return f"({','.join(map(_type, parameter['components']))}){type.removeprefix('tuple')}"


def _python(type: str, array: str) -> str:
    """``type``: canonical, or a struct's name. ``array``: what an array of ``{}`` is."""
    if match := _ARRAY.fullmatch(type):
        return array.format(_python(match[1], array))
    if type.startswith("("):
        return f"tuple[{', '.join(_python(part, array) for part in _components(type))}]"
    if type.startswith(("uint", "int")):
        return "int"
    if type.startswith("bytes"):
        return "bytes"
    return {"address": "Address", "bool": "bool", "string": "str"}.get(type, type)


def _components(type: str) -> Iterator[str]:
    """The types between the parentheses of a tuple, which may hold others."""
    depth, part = 0, ""
    for character in type[1:-1]:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield part
            part = ""
        else:
            part += character
    yield part


if __name__ == "__main__":
    BINDINGS.mkdir(exist_ok=True)
    for artifact in sorted(ARTIFACTS.glob("*.json")):
        text = binding(artifact.stem, json.loads(artifact.read_text())["abi"])
        (BINDINGS / file_name(artifact.stem)).write_text(text)
