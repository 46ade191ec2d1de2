"""The certificate authority of a simulated enclave: one root an installation, short-lived leaves under it.

Its key is random, made on the machine and never shipped, and its name says what it is not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from assay.engines.enclave.secret_file import SecretFileUnreadable, read_or_create
from assay.trust.evidence.nitro import SIMULATED_MARK

FILE_NAME = "simulated-root.pem"
ROOT_NAME = f"{SIMULATED_MARK} enclave root - proves nothing about hardware"
ROOT_LIFETIME = timedelta(days=30 * 365)
LEAF_LIFETIME = timedelta(hours=3)
BACKDATING = timedelta(minutes=1)
"""How long before it is made a certificate is valid, for verifiers whose clock is behind."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key that signs documents, and the certificate that says so."""

    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    """DER."""
    valid_from: datetime
    renew_from: datetime
    """Half of its life is over: what it signs from now on would soon be out of date."""

    def serves(self, now: datetime) -> bool:
        """Whether a document signed ``now`` will be valid, and for a good while."""
        return self.valid_from <= now < self.renew_from


@dataclass(frozen=True, slots=True)
class SimulatedRoot:
    """A P-384 key and its self-signed certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def open(cls, directory: Path, now: datetime) -> SimulatedRoot:
        """The root kept in ``directory``, made at the first call and the same ever after.

        Raises `SecretFileExposed` if others may read it, `SecretFileUnreadable` if it is not a key with its
        certificate.
        """
        pem = read_or_create(directory / FILE_NAME, lambda: _new_pem(now))
        try:
            key, certificate = load_pem_private_key(pem, password=None), x509.load_pem_x509_certificate(pem)
        except (ValueError, TypeError):
            raise SecretFileUnreadable(f"{FILE_NAME} does not hold a key and a certificate") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise SecretFileUnreadable(f"{FILE_NAME} holds a certificate of another key")
        return cls(key, certificate)

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in lower-case hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()

    def issue(self, name: str, now: datetime) -> Leaf:
        """A fresh key and its certificate, which lives from ``now`` for `LEAF_LIFETIME`."""
        key = ec.generate_private_key(ec.SECP384R1())
        certificate = (
            _certificate(name, key, now, LEAF_LIFETIME, issuer=self.certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(digital_signature=True), critical=True)
            .sign(self.key, SHA384())
        )
        return Leaf(
            key,
            certificate.public_bytes(Encoding.DER),
            valid_from=certificate.not_valid_before_utc,
            renew_from=now + LEAF_LIFETIME / 2,
        )


def _new_pem(now: datetime) -> bytes:
    """A fresh private key, then its self-signed certificate."""
    key = ec.generate_private_key(ec.SECP384R1())
    certificate = (
        _certificate(ROOT_NAME, key, now, ROOT_LIFETIME, issuer=_name(ROOT_NAME))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(key_cert_sign=True), critical=True)
        .sign(key, SHA384())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, now: datetime, lifetime: timedelta, *, issuer: x509.Name
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATING)
        .not_valid_after(now + lifetime)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Assay"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
