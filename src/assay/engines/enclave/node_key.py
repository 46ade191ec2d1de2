"""The node's long-lived identity: one Ed25519 key (RFC 8032) that certifies the keys of its boots."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from assay.engines.enclave.secret_file import SecretFileUnreadable, read, read_or_create

FILE_NAME = "node-key.pem"


class NodeKey:
    """An Ed25519 key pair that can sign and say who it is, and never shows its private half."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = key.public_key().public_bytes_raw()
        """32 bytes (RFC 8032 §5.1.5)."""
        self.key_id = hashlib.sha256(self.public_key).hexdigest()
        """SHA-256 of `public_key` in lower-case hexadecimal; the ``keyid`` of its DSSE signatures."""

    @classmethod
    def open(cls, directory: Path) -> NodeKey:
        """The key kept in ``directory``, made at the first call and the same ever after.

        Raises `SecretFileExposed` if others may read it, `SecretFileUnreadable` if it is no Ed25519 key.
        """
        return cls._from_pem(read_or_create(directory / FILE_NAME, _new_pem), FILE_NAME)

    @classmethod
    def read(cls, file: Path) -> NodeKey:
        """The key in ``file``, which somebody has made before. Raises what `open` does, also if there is no file."""
        try:
            return cls._from_pem(read(file), file.name)
        except OSError as error:
            raise SecretFileUnreadable(f"{file.name} cannot be read: {error.strerror}") from None

    @classmethod
    def _from_pem(cls, pem: bytes, name: str) -> NodeKey:
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise SecretFileUnreadable(f"{name} does not hold an unencrypted Ed25519 key")
        return cls(key)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message`` (pure Ed25519, RFC 8032 §5.1.6)."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"NodeKey({self.key_id})"


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
