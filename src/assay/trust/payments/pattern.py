"""Patterns for names of models and hosts, in which ``*`` stands for any text."""

from __future__ import annotations

from collections.abc import Iterable


def matches(pattern: str, name: str) -> bool:
    """Whether ``name`` is one of those that ``pattern`` stands for. A ``*`` in ``name`` is a sign like any other.

    So a pattern that matches another one matches whatever that one matches, and only then: a ``*`` can stand for a
    sign that occurs nowhere else, and only a ``*`` matches that. Time is at most the product of both lengths.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    *middle, last = rest
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:  # each as early as can be, which leaves the most to the others
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def any_matches(patterns: Iterable[str], name: str) -> bool:
    """Whether one of ``patterns`` matches ``name``, which may be a pattern itself."""
    return any(matches(pattern, name) for pattern in patterns)
