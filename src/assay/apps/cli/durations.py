"""Lengths of time in the unit in which people think of them."""

from __future__ import annotations

import re

from assay.errors import ConfigError

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_WRITTEN = re.compile(r"([1-9][0-9]{0,5})([dhms])")


class DurationInvalid(ConfigError):
    """This is no length of time."""

    code = "duration_invalid"
    hint = "write a number and d, h, m or s, as in 7d"


def spell(seconds: float) -> str:
    """``2 hours`` for 8000; rounded down, and in seconds below a minute."""
    for length, name in _UNITS:
        count = int(seconds // length)
        if count:
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "less than a second"


def parse(text: str) -> int:
    """Seconds in ``7d``, ``12h``, ``30m`` or ``90s``. Raises `DurationInvalid`."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise DurationInvalid(f"{text!r} is no length of time.")
    length = next(length for length, name in _UNITS if name.startswith(written[2]))
    return int(written[1]) * length
