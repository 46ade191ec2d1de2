"""API keys: shown once, and kept as a digest."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "assay-"


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What the ledger has of a key. Keys are random and long, so a plain hash gives nothing away."""
    return hashlib.sha256(key.encode()).hexdigest()
