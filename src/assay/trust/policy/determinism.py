"""A policy decides by what it is given, and so the same way for everybody who asks, today and in ten years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

FORBIDDEN: Final = frozenset(
    {
        "http.send",
        "net.lookup_ip_addr",
        "opa.runtime",
        "print",
        "rand.intn",
        "time.now_ns",
        "trace",
        "uuid.rfc4122",
    }
)
"""Built-ins that read a clock, a network, the host or chance, or that speak past the decision."""


def forbidden_builtins(tree: Any) -> set[str]:
    """Which of `FORBIDDEN` a module's syntax tree, as the engine prints it in JSON, refers to."""
    return {name for name in _references(tree) if name in FORBIDDEN}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        name = _name(node)
        if name is not None:
            yield name
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


def _name(node: Any) -> str | None:
    """The dotted name that ``node`` is, if it is one: ``a.b``, or ``a["b"]``, which means the same."""
    match node:
        case {"Var": {"value": str(name)}}:
            return name
        case {"RefDot": {"refr": base, "field": [_, str(name)]}}:
            pass
        case {"RefBrack": {"refr": base, "index": {"String": {"value": str(name)}}}}:
            pass
        case _:
            return None
    stem = _name(base)
    return None if stem is None else f"{stem}.{name}"
