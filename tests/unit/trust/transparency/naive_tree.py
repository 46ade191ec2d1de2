"""RFC 9162 §2.1 written down as it stands there: slow, recursive, and independent of our own code."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def mth(data: Sequence[bytes]) -> bytes:
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = _k(len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: Sequence[bytes]) -> list[bytes]:
    if len(data) == 1:
        return []
    k = _k(len(data))
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def proof(m: int, data: Sequence[bytes]) -> list[bytes]:
    return _subproof(m, data, complete=True)


def _subproof(m: int, data: Sequence[bytes], *, complete: bool) -> list[bytes]:
    if m == len(data):
        return [] if complete else [mth(data)]
    k = _k(len(data))
    if m <= k:
        return [*_subproof(m, data[:k], complete=complete), mth(data[k:])]
    return [*_subproof(m - k, data[k:], complete=False), mth(data[:k])]


def _k(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k
