"""Names in the syntax tree of a Rego module, as regorus prints it in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def dotted(node: Any) -> str | None:
    """The name that ``node`` is, if it is one: ``a.b``, or ``a["b"]``, which means the same."""
    match node:
        case {"Var": {"value": str(name)}}:
            return name
        case {"RefDot": {"refr": base, "field": [_, str(name)]}}:
            pass
        case {"RefBrack": {"refr": base, "index": {"String": {"value": str(name)}}}}:
            pass
        case _:
            return None
    stem = dotted(base)
    return None if stem is None else f"{stem}.{name}"


def references(node: Any) -> Iterator[str]:
    """Every name in ``node``, and every name that it begins with."""
    return (name for name in map(dotted, _nodes(node)) if name is not None)


def calls(node: Any) -> Iterator[str]:
    """The name of every function that ``node`` calls."""
    for inner in _nodes(node):
        match inner:
            case {"Call": {"fcn": function}}:
                if name := dotted(function):
                    yield name


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _nodes(child)
