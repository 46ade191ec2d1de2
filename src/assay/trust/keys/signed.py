"""A claim about keys, signed by one or two of them: DSSE with canonical JSON inside, in a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

Signer = tuple[bytes, Callable[[bytes], bytes]]
"""A raw Ed25519 public key, and what signs by it."""


def seal(payload_type: str, claim: Mapping[str, Any], signers: Sequence[Signer]) -> bytes:
    """The envelope around ``claim``, as canonical JSON."""
    payload = canonicalize(dict(claim))
    message = pre_authentication_encoding(payload_type, payload)
    signatures = [{"keyid": key_id(key), "sig": encode_base64(sign(message))} for key, sign in signers]
    return canonicalize(
        {"payload": encode_base64(payload), "payloadType": payload_type, "signatures": signatures}
    )


def unseal(payload_type: str, file: bytes, signers: Callable[[Any], Sequence[str]]) -> dict[str, Any]:
    """The claim in an envelope, once those who must have signed it have.

    ``signers`` says of the claim whose keys (hex) those are. Raises `FormatError`, or `SignatureError`.
    """
    try:
        value = parse_canonical(file)
        payload = decode_base64(value["payload"])
        claim = parse_canonical(payload)
        keys = [bytes.fromhex(key) for key in signers(claim)]
        signatures = [decode_base64(signature["sig"]) for signature in value["signatures"]]
        named = [signature["keyid"] for signature in value["signatures"]]
        if value["payloadType"] != payload_type or named != [key_id(key) for key in keys]:
            raise ValueError(payload_type)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"This is not {payload_type} by the keys that it names.") from error
    for key, signature in zip(keys, signatures, strict=True):
        check_signature(key, payload_type, payload, signature)
    return dict(claim)
