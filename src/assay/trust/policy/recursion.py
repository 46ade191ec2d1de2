"""No function of Rego's comes back to itself: policies end. The engine looks for it in rules, but not in functions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from assay.trust.policy.syntax import calls, dotted


def recursive_functions(modules: Sequence[Mapping[str, Any]]) -> list[str]:
    """Functions that call each other in a ring, by their names below ``data``; none if there is no ring.

    ``modules`` are all there are, as the engine prints them: source and syntax tree.
    """
    graph: defaultdict[str, set[str]] = defaultdict(set)
    for module in modules:
        tree = module["ast"]
        package = f"data.{dotted(tree['package']['refr'])}"
        aliases = _aliases(tree["imports"], module["source"]["contents"].encode())
        for rule in tree["rules"]:
            match rule:
                case {"Spec": {"head": {"Func": {"refr": name}}}}:
                    called = (_absolute(each, package, aliases) for each in calls(rule))
                    graph[f"{package}.{dotted(name)}"].update(called)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        return ring
    return []


def _aliases(imports: Sequence[Mapping[str, Any]], source: bytes) -> dict[str, str]:
    """What imports are called in their module, and what they stand for."""
    aliases = {}
    for each in imports:
        name = dotted(each["refr"]) or ""
        match each:
            case {"as": {"start": start, "end": end}}:
                aliases[source[start:end].decode()] = name
            case _:
                aliases[name.rpartition(".")[2]] = name
    return aliases


def _absolute(name: str, package: str, aliases: Mapping[str, str]) -> str:
    first, dot, rest = name.partition(".")
    if first == "data":
        return name
    return f"{aliases[first]}{dot}{rest}" if first in aliases else f"{package}.{name}"
