"""Chains and documents that an attacker, or a careless vendor, could make: every rule can be broken here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA224, SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from assay.trust.evidence import AnchorKind, TrustAnchor, cose

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

LEAF_USAGE = "digital_signature"
AUTHORITY_USAGE = "key_cert_sign"
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Party:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def certify(
    name: str,
    issuer: Party | None = None,
    *,
    ca: bool | None = True,
    path_length: int | None = None,
    usage: str | None = AUTHORITY_USAGE,
    curve: ec.EllipticCurve | None = None,
    digest: SHA224 | SHA256 | SHA384 | None = None,
    lifetime: tuple[datetime, datetime] = (NOW - HOUR, NOW + HOUR),
    extension: x509.ExtensionType | None = None,
    critical: bool = True,
    signed_by: Party | None = None,
) -> Party:
    """A certificate named ``name``; ``signed_by`` another than the ``issuer`` it names makes a forgery."""
    key = ec.generate_private_key(curve or ec.SECP384R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(lifetime[0])
        .not_valid_after(lifetime[1])
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if usage is not None:
        builder = builder.add_extension(
            x509.KeyUsage(**{one: one == usage for one in _USAGES}), critical=True
        )
    if extension is not None:
        builder = builder.add_extension(extension, critical=critical)
    signer = signed_by or issuer
    return Party(key, builder.sign(signer.key if signer else key, digest or SHA384()))


def leaf(issuer: Party, name: str = "leaf", **changes: object) -> Party:
    return certify(name, issuer, **{"ca": False, "usage": LEAF_USAGE, **changes})  # type: ignore[arg-type]


def chain_of(*authorities: Party) -> list[Party]:
    return [*authorities, leaf(authorities[-1])]


def payload(chain: Sequence[Party], **changes: object) -> dict[str, object]:
    return {
        "module_id": "i-0123-enc4567",
        "digest": "SHA384",
        "timestamp": int(NOW.timestamp() * 1000),
        "pcrs": {index: bytes([index + 1]) * 48 for index in range(16)},
        "certificate": chain[-1].der,
        "cabundle": [party.der for party in chain[:-1]],
        "public_key": None,
        "user_data": None,
        "nonce": None,
        **changes,
    }


def document(chain: Sequence[Party], **changes: object) -> bytes:
    """A document whose signature is right, over whatever ``changes`` make of its payload."""
    return cose.sign1(chain[-1].key, cbor2.dumps(payload(chain, **changes)))


def anchor(
    root: Party | bytes, kind: AnchorKind = AnchorKind.PRODUCTION, family: str = "nitro"
) -> TrustAnchor:
    der = root if isinstance(root, bytes) else root.der
    return TrustAnchor(kind, family, "a vendor", hashlib.sha256(der).hexdigest())
