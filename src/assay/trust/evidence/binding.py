"""One rule for what goes into the 64 bytes that every kind of evidence lets its caller choose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

NODE_KEY_DOMAIN = "assay.node-key.v1"
"""Binds a node's receipt-signing key, and the keys of its channels, to the enclave that holds them."""


def bind(domain: str, signing_key: bytes, channel_keys: Sequence[bytes], nonce: bytes) -> bytes:
    """The 64 bytes by which evidence vouches for keys: SHA-512 over one unambiguous encoding.

    With ``u32(n)`` the four bytes of ``n``, big-endian, and ``part(b) = u32(len(b)) || b``, they are ::

        SHA-512( part(domain in UTF-8) || part(signing_key)
                 || u32(len(channel_keys)) || part(channel_keys[0]) || ... || part(channel_keys[-1])
                 || part(nonce) )

    Every part is preceded by its length, so two different arguments never give the same input.

    ``domain`` names the use, `NODE_KEY_DOMAIN` for a node's keys. ``signing_key`` is the raw public key
    (32 bytes for Ed25519). ``channel_keys`` are the public keys by which the enclave ends TLS
    (SubjectPublicKeyInfo, DER) or HPKE (RFC 9180 §7.1.1 serialization), in this order, and may be none.
    ``nonce`` is the caller's challenge, empty when there was none.
    """
    channels = b"".join(_part(key) for key in channel_keys)
    return hashlib.sha512(
        _part(domain.encode()) + _part(signing_key) + _u32(len(channel_keys)) + channels + _part(nonce)
    ).digest()


def _part(content: bytes) -> bytes:
    return _u32(len(content)) + content


def _u32(number: int) -> bytes:
    return number.to_bytes(4, "big")
