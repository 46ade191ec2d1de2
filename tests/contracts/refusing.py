"""Custom errors, which the tests' machine knows no names for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boa
from boa.util.abi import abi_encode
from eth_utils import keccak


@contextmanager
def refuses(contract: Any, error: str, *arguments: Any) -> Iterator[None]:
    """The call to ``contract`` inside reverts with ``error``, given as its signature."""
    with boa.reverts():
        yield
    types = error[error.index("(") :]
    assert contract._computation.output == keccak(text=error)[:4] + abi_encode(types, arguments), error
