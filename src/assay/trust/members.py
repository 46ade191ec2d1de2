"""Members of parsed JSON, each of its one type.

A reader calls these as it builds its value, and turns what they raise into its own `FormatError`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def text(value: Any) -> str:
    """Raises `TypeError`."""
    if type(value) is not str:
        raise TypeError(value)
    return value


def one_of(allowed: Collection[str], value: Any) -> str:
    """Raises `TypeError` or `ValueError`."""
    if text(value) not in allowed:
        raise ValueError(value)
    return str(value)


def count(value: Any) -> int:
    """An integer from 0 on that every JSON parser reads exactly. Raises `TypeError`."""
    if type(value) is not int or not 0 <= value < 2**53:
        raise TypeError(value)
    return value


def amount(value: Any) -> int:
    """An integer from 0 on as decimal text, for what may be more than every JSON parser reads exactly.

    Raises `TypeError` or `ValueError`.
    """
    number = int(text(value))
    if number < 0 or str(number) != value:
        raise ValueError(value)
    return number


def flag(value: Any) -> bool:
    """Raises `TypeError`."""
    if type(value) is not bool:
        raise TypeError(value)
    return value


def digest(value: Any) -> str:
    """32 bytes in lower-case hexadecimal. Raises `TypeError` or `ValueError`."""
    if bytes.fromhex(text(value)).hex() != value or len(value) != 64:
        raise ValueError(value)
    return str(value)
