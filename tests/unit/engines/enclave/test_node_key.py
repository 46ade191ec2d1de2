from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from assay.engines.enclave.node_key import FILE_NAME, NodeKey
from assay.engines.enclave.secret_file import SecretFileExposed, SecretFileUnreadable


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    first, again = NodeKey.open(tmp_path), NodeKey.open(tmp_path)
    assert first.public_key == again.public_key
    assert first.sign(b"message") == again.sign(b"message")
    assert NodeKey.open(tmp_path / "other").public_key != first.public_key


def test_what_it_signs_verifies_under_its_public_key(tmp_path: Path) -> None:
    key = NodeKey.open(tmp_path)
    Ed25519PublicKey.from_public_bytes(key.public_key).verify(key.sign(b"message"), b"message")


def test_its_id_is_the_digest_of_the_raw_public_key(tmp_path: Path) -> None:
    key = NodeKey.open(tmp_path)
    assert len(key.public_key) == 32
    assert key.key_id == hashlib.sha256(key.public_key).hexdigest()


def test_its_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    NodeKey.open(tmp_path)
    file = tmp_path / FILE_NAME
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(SecretFileExposed):
        NodeKey.open(tmp_path)


def test_a_file_that_is_no_ed25519_key_is_refused(tmp_path: Path) -> None:
    NodeKey.open(tmp_path)
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"not a key", other):
        (tmp_path / FILE_NAME).write_bytes(content)
        with pytest.raises(SecretFileUnreadable):
            NodeKey.open(tmp_path)


def test_it_does_not_print_its_private_half(tmp_path: Path) -> None:
    key = NodeKey.open(tmp_path)
    assert repr(key) == f"NodeKey({key.key_id})"
