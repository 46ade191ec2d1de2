"""What an operator does with a node's identity: take a key back, or hand the identity on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from assay.apps.network.home import Home
from assay.engines.enclave.node_key import FILE_NAME, NodeKey
from assay.engines.tlog.durable import sync_directory, write_durably
from assay.errors import ConfigError
from assay.trust.keys.revocation import Revocation
from assay.trust.keys.succession import Succession
from assay.trust.transparency.checkpoint import Checkpoint
from assay.trust.transparency.note import SignedNote


class NothingLogged(ConfigError):
    """The node's log has no checkpoint yet, so no receipt of any key counts."""

    code = "nothing_logged"
    hint = "start the node once; a key that has signed nothing needs no revocation"


class AlreadyRevoked(ConfigError):
    """The key was taken back before; a second time would let more of its receipts count."""

    code = "key_already_revoked"
    hint = "assay keys list"


def revocations(home: Home) -> tuple[Revocation, ...]:
    """Every revocation that this node's operator has signed. Raises `FormatError` or `SignatureError`."""
    return tuple(Revocation.verify(path.read_bytes()) for path in sorted(home.revocations.glob("*.json")))


def successions(home: Home) -> tuple[Succession, ...]:
    """Every identity that this node had and handed on. Raises `FormatError` or `SignatureError`."""
    files = (path.read_bytes() for path in home.root.glob("succession-*.json"))
    return tuple(sorted(map(Succession.verify, files), key=lambda succession: succession.at))


def revoke(home: Home, key: str, reason: str, now: datetime) -> Revocation:
    """Take ``key`` (hex) back: what it signs beyond the log's present size is not the node's.

    Raises `NothingLogged`, `AlreadyRevoked`, or `FormatError` for what is no key, or a reason that is too long.
    """
    identity = NodeKey.open(home.keys)
    origin, size = _logged(home)
    revocation = Revocation.issue(identity.public_key.hex(), key, origin, size, now, reason, identity.sign)
    file = home.revocations / f"{key}.json"
    if file.exists():
        raise AlreadyRevoked("This key was taken back already.")
    write_durably(file, revocation.to_bytes())
    return revocation


def rotate(home: Home, now: datetime) -> Path:
    """Give the node a new identity, and write who succeeded whom. Returns that file's path.

    Of the old identity only its name is kept, in that file: a secret that is of no use any more can only be stolen.
    """
    old, new = NodeKey.open(home.keys), NodeKey.open(home.keys / "next")
    succession = Succession(old.public_key.hex(), new.public_key.hex(), now)
    file = home.root / f"succession-{new.key_id[:16]}.json"
    write_durably(file, succession.sign(old.sign, new.sign))
    (home.keys / "next" / FILE_NAME).replace(home.keys / FILE_NAME)
    (home.keys / "next").rmdir()
    sync_directory(home.keys)
    return file


def _logged(home: Home) -> tuple[str, int]:
    """The log's origin, and how many entries its last checkpoint covers."""
    path = home.log / "checkpoint"
    if not path.exists():
        raise NothingLogged("The node has not logged anything yet.")
    checkpoint = Checkpoint.parse(SignedNote.parse(path.read_bytes()).text)
    return checkpoint.origin, checkpoint.size
