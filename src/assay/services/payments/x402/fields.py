"""Members of what was signed, as x402 writes them: numbers as decimal text, addresses and bytes as hexadecimal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

from assay.engines.chain.library import Address, to_checksum_address
from assay.engines.chain.wire import from_data
from assay.errors import AssayError
from assay.services.payments.x402.errors import PaymentMalformed

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,77}")
_ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
_NONCE_BYTES: Final = 32


@contextmanager
def reading() -> Iterator[None]:
    """Turns whatever is wrong with the members read inside into `PaymentMalformed`."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, AssayError):
        raise PaymentMalformed("The payment's payload is not of the shape that its scheme says.") from None


def number(value: Any) -> int:
    """A ``uint256``. Raises `TypeError` or `ValueError`."""
    if not _NUMBER.fullmatch(value) or int(value) >= 2**256:
        raise ValueError(value)
    return int(value)


def address(value: Any) -> Address:
    """Raises `TypeError` or `ValueError`."""
    if not _ADDRESS.fullmatch(value):
        raise ValueError(value)
    return _spelt(value)


@lru_cache(maxsize=10_000)
def _spelt(value: str) -> Address:
    # The same few payers, payees and tokens come again and again, and a checksum is a hash.
    return to_checksum_address(value)


def data(value: Any) -> bytes:
    """Raises `ChainGarbage`."""
    return from_data(value)


def nonce(value: Any) -> bytes:
    """32 bytes. Raises `ValueError` or `ChainGarbage`."""
    read = from_data(value)
    if len(read) != _NONCE_BYTES:
        raise ValueError(value)
    return read
