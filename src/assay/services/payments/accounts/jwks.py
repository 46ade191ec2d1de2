"""An issuer's keys (RFC 7517), from a file or fetched, and kept for a while."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import orjson
from jwt import PyJWK, PyJWTError

from assay.services.payments.accounts.errors import LoginsUnavailable

logger = logging.getLogger(__name__)

Source: TypeAlias = Callable[[], Awaitable[bytes]]

_KEPT = timedelta(hours=1)
_SOONEST = timedelta(seconds=30)
"""Between two looks for a key that is not there: whoever makes names up must not have the issuer asked for each."""
_FETCH_SECONDS = 10
_LARGEST_BYTES = 1024 * 1024
_ASYMMETRIC = ("RSA", "EC", "OKP")


class KeySet:
    """The keys of one issuer by their ids."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._keys: dict[str, PyJWK] = {}
        self._looked_at: datetime | None = None
        self._looking = asyncio.Lock()

    async def find(self, key_id: str, now: datetime) -> PyJWK | None:
        """None for a key that the issuer does not have. Raises `LoginsUnavailable` if its keys were never had."""
        async with self._looking:
            if self._is_due(key_id, now):
                self._looked_at = now
                await self._look()
        if not self._keys:
            raise LoginsUnavailable("The keys of this login's issuer cannot be had.")
        return self._keys.get(key_id)

    def _is_due(self, key_id: str, now: datetime) -> bool:
        if self._looked_at is None:
            return True
        since = now - self._looked_at
        return since > _KEPT or (key_id not in self._keys and since > _SOONEST)

    async def _look(self) -> None:
        try:
            self._keys = _read(await self._source())
        except (OSError, ValueError, LookupError, TypeError, httpx2.HTTPError) as error:
            logger.warning("the keys of an issuer of logins were not had: %s", type(error).__name__)


def from_file(path: Path) -> Source:
    async def read() -> bytes:
        return path.read_bytes()  # noqa: ASYNC240 - small, local, and once an hour

    return read


def from_url(url: str) -> Source:
    async def fetch() -> bytes:
        async with httpx2.AsyncClient(timeout=_FETCH_SECONDS) as client:
            reply = (await client.get(url)).raise_for_status()
        if len(reply.content) > _LARGEST_BYTES:
            raise ValueError("too large for a set of keys")
        return reply.content

    return fetch


def _read(document: bytes) -> dict[str, PyJWK]:
    """Keys that can verify and cannot sign; those of kinds that nobody knows here are passed over (RFC 7517 §5)."""
    entries = orjson.loads(document)["keys"]
    if not isinstance(entries, list):
        raise ValueError("no list of keys")
    keys = {}
    for entry in entries:
        key = _key(entry)
        if key is not None and key.key_id is not None:
            keys[key.key_id] = key
    return keys


def _key(entry: Any) -> PyJWK | None:
    if not isinstance(entry, dict) or entry.get("kty") not in _ASYMMETRIC or entry.get("use", "sig") != "sig":
        return None
    try:
        return PyJWK(entry)
    except PyJWTError:
        return None
