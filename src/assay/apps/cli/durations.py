"""Lengths of time in the unit in which people think of them."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def spell(seconds: float) -> str:
    """``2 hours`` for 8000; rounded down, and in seconds below a minute."""
    for length, name in _UNITS:
        count = int(seconds // length)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a second"
