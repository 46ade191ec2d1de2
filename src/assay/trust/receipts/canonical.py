"""The one canonical form: JSON Canonicalization Scheme (RFC 8785).

`canonicalize` is the serialiser of receipts and of everything they commit to. It sits on the gateway's hot
path, so it first lets a compiled serialiser write sorted JSON and only walks the value in Python when that
text could differ from RFC 8785: numbers with a fraction of zero, an exponent or more than fifteen digits, and
text outside the Basic Multilingual Plane (RFC 8785 sorts names by UTF-16 code unit).
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import rfc8785

from assay.errors import FormatError

_MAX_SAFE_INTEGER = 2**53 - 1
_MAY_DIFFER = re.compile(rb"\.0(?!\d)|\d[eE][-+]?\d|\d{16}|[\xf0-\xf4]")


def canonicalize(value: Any) -> bytes:
    """Serialise a JSON value to its RFC 8785 bytes.

    Integers beyond ±(2^53 - 1) are written as the nearest IEEE 754 double, as RFC 8785 §3.2.2.3 reads every
    number. Raises `FormatError` for what JSON cannot hold (NaN, infinities, lone surrogates, other types).
    """
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS)
    except orjson.JSONEncodeError:
        text = None
    # The compiled serialiser writes NaN and infinities as null; the walk tells them apart.
    if text is None or b"null" in text or _MAY_DIFFER.search(text):
        return _canonicalize_slowly(value)
    return text


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


def _canonicalize_slowly(value: Any) -> bytes:
    try:
        return rfc8785.dumps(_as_doubles(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError, TypeError) as error:
        raise FormatError("This value has no canonical JSON form.") from error


def _as_doubles(value: Any) -> Any:
    """Replace integers that a double cannot hold exactly by the nearest double."""
    if isinstance(value, dict):
        return {name: _as_doubles(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_as_doubles(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MAX_SAFE_INTEGER:
        try:
            return float(value)
        except OverflowError as error:
            raise FormatError("A number is too large for JSON.") from error
    return value
