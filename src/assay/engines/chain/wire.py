"""How Ethereum's JSON-RPC writes numbers and bytes (execution-apis, "Hex value encoding")."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from assay.engines.chain.errors import ChainGarbage

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

T = TypeVar("T")

_QUANTITY = re.compile(r"0x[0-9a-fA-F]+")
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


def to_quantity(number: int) -> str:
    """A number that is not negative: hexadecimal, without leading zeros."""
    return hex(number)


def from_quantity(value: object) -> int:
    """Leading zeros are put up with. Raises `ChainGarbage`."""
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 16)
    raise ChainGarbage("The node wrote a number that is none.")


def to_data(data: bytes) -> str:
    """Bytes: two digits each."""
    return f"0x{data.hex()}"


def from_data(value: object) -> bytes:
    """Raises `ChainGarbage`."""
    if isinstance(value, str) and _DATA.fullmatch(value):
        return bytes.fromhex(value[2:])
    raise ChainGarbage("The node wrote bytes that are none.")


def parse(read: Callable[[Any], T], value: Any) -> T:
    """What ``read`` makes of JSON that should have some shape. Raises `ChainGarbage` if it has not."""
    try:
        return read(value)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise ChainGarbage("The node's answer is not of the shape that was asked for.") from None
