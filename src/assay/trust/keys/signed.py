"""A claim about keys, signed by one or two of them: DSSE with canonical JSON inside, in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from assay.errors import FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.envelope import (
    check_signature,
    decode_base64,
    encode_base64,
    key_id,
    pre_authentication_encoding,
)

Signature = tuple[str, bytes]
"""A public key in hexadecimal, and what it signed."""


def message(payload_type: str, claim: Mapping[str, Any]) -> bytes:
    """What those who stand behind ``claim`` sign."""
    return pre_authentication_encoding(payload_type, canonicalize(dict(claim)))


def seal(payload_type: str, claim: Mapping[str, Any], signatures: Iterable[Signature]) -> bytes:
    """The file: an envelope around ``claim``, as canonical JSON."""
    return _envelope(payload_type, canonicalize(dict(claim)), signatures)


def unseal(
    payload_type: str, file: bytes, signers: Callable[[Any], Sequence[str]]
) -> tuple[dict[str, Any], list[bytes]]:
    """The claim in a file, and the signatures of those who must have signed it, once they are known to fit.

    ``signers`` says of the claim whose keys (hex) those are. Raises `FormatError`, or `SignatureError`.
    """
    try:
        value = parse_canonical(file)
        payload = decode_base64(value["payload"])
        claim = parse_canonical(payload)
        keys = signers(claim)
        signatures = [decode_base64(signature["sig"]) for signature in value["signatures"]]
        exact = _envelope(payload_type, payload, zip(keys, signatures, strict=True)) == file
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"This is not {payload_type} by the keys that it names.") from error
    if not exact:
        raise FormatError(f"This is not {payload_type} by the keys that it names.")
    for key, signature in zip(keys, signatures, strict=True):
        check_signature(bytes.fromhex(key), payload_type, payload, signature)
    return dict(claim), signatures


def _envelope(payload_type: str, payload: bytes, signatures: Iterable[Signature]) -> bytes:
    return canonicalize(
        {
            "payload": encode_base64(payload),
            "payloadType": payload_type,
            "signatures": [
                {"keyid": key_id(bytes.fromhex(key)), "sig": encode_base64(signature)}
                for key, signature in signatures
            ],
        }
    )
