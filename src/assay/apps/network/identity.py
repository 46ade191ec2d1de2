"""What an operator does with a node's identity: take a key back, or hand the identity on."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from assay.apps.network.home import Home
from assay.engines.enclave.node_key import FILE_NAME, NodeKey
from assay.engines.tlog.durable import write_durably
from assay.errors import ConfigError
from assay.trust.keys.revocation import Revocation
from assay.trust.keys.succession import Succession
from assay.trust.transparency.checkpoint import Checkpoint
from assay.trust.transparency.note import SignedNote


class NothingLogged(ConfigError):
    """The node's log has no checkpoint yet, so no receipt of any key counts."""

    code = "nothing_logged"
    hint = "start the node once; a key that has signed nothing needs no revocation"


def revocations(home: Home) -> tuple[bytes, ...]:
    """Every revocation that this node's operator has signed. Raises `FormatError` or `SignatureError`."""
    files = sorted(home.revocations.glob("*.json")) if home.revocations.exists() else []
    signed = tuple(path.read_bytes() for path in files)
    for file in signed:
        Revocation.verify(file)
    return signed


def revoke(home: Home, key: str, reason: str, now: datetime) -> Revocation:
    """Take ``key`` (hex) back: what it signs beyond the log's present size is not the node's.

    Raises `NothingLogged`.
    """
    identity = NodeKey.open(home.keys)
    origin, size = _logged(home)
    revocation = Revocation(identity.public_key.hex(), key, origin, size, now, reason)
    home.revocations.mkdir(mode=0o700, exist_ok=True)
    write_durably(home.revocations / f"{key}.json", revocation.sign(identity.sign))
    return revocation


def rotate(home: Home, now: datetime) -> Path:
    """Give the node a new identity, and write who succeeded whom. Returns that file's path.

    The old key is kept under the name of its digest: it still vouches for receipts of its time.
    """
    old, new = NodeKey.open(home.keys), NodeKey.open(home.keys / "next")
    succession = Succession(old.public_key.hex(), new.public_key.hex(), now)
    file = home.root / f"succession-{new.key_id[:16]}.json"
    write_durably(file, succession.sign(old.sign, new.sign))
    current = home.keys / FILE_NAME
    os.link(current, home.keys / f"node-key-{old.key_id[:16]}.pem")
    (home.keys / "next" / FILE_NAME).replace(current)
    return file


def _logged(home: Home) -> tuple[str, int]:
    """The log's origin, and how many entries its last checkpoint covers."""
    path = home.log / "checkpoint"
    if not path.exists():
        raise NothingLogged("The node has not logged anything yet.")
    checkpoint = Checkpoint.parse(SignedNote.parse(path.read_bytes()).text)
    return checkpoint.origin, checkpoint.size
