"""The one canonical form: JSON Canonicalization Scheme (RFC 8785).

`canonicalize` is the serialiser of receipts and of everything they commit to. It sits on the gateway's hot
path, so a compiled serialiser writes what it is known to write as RFC 8785 does: members with ASCII names,
strings, small integers, and floats whose shortest form has a fraction and no exponent. All else takes the
reference path.
"""

from __future__ import annotations

from typing import Any

import orjson
import rfc8785

from assay.errors import FormatError

_MAX_SAFE_INTEGER = 2**53 - 1


def canonicalize(value: Any) -> bytes:
    """Serialise a JSON value to its RFC 8785 bytes.

    Integers beyond ±(2^53 - 1) are written as the nearest IEEE 754 double, as RFC 8785 §3.2.2.3 reads every
    number. Raises `FormatError` for what JSON cannot hold (NaN, infinities, lone surrogates, other types).
    """
    try:
        if _is_plain(value):
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        return rfc8785.dumps(_as_doubles(value))
    except (
        orjson.JSONEncodeError,
        rfc8785.CanonicalizationError,
        UnicodeEncodeError,
        RecursionError,
        OverflowError,
    ) as error:
        raise FormatError("This value has no canonical JSON form.") from error


def parse_canonical(data: bytes) -> Any:
    """Parse JSON that must already be in canonical form, so that a value has exactly one encoding.

    Raises `FormatError` when ``data`` is not JSON or not its own canonical form.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise FormatError("This is not JSON.") from error
    if canonicalize(value) != data:
        raise FormatError(
            "This JSON is not in canonical form.",
            hint="receipts are RFC 8785 (JCS) bytes; do not reformat, re-order or re-indent them",
        )
    return value


def _is_plain(value: Any) -> bool:
    """Whether the compiled serialiser's text is RFC 8785's for certain."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is dict:
        for name, member in value.items():
            # RFC 8785 sorts names by UTF-16 code unit, the compiled serialiser by UTF-8 byte.
            if type(name) is not str or not name.isascii():
                return False
            if type(member) is not str and not _is_plain(member):
                return False
        return True
    if kind is list:
        return all(type(item) is str or _is_plain(item) for item in value)
    if kind is int:
        return bool(-_MAX_SAFE_INTEGER <= value <= _MAX_SAFE_INTEGER)
    return kind is float and bool(1e-4 <= abs(value) < 1e15 and not value.is_integer())


def _as_doubles(value: Any) -> Any:
    """Replace integers that a double cannot hold exactly by the nearest double."""
    if isinstance(value, dict):
        return {name: _as_doubles(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_as_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MAX_SAFE_INTEGER:
        return float(value)
    return value
