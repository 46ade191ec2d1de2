"""Chains, keys and reports such as AMD, or somebody who would like to be AMD, could make: every rule can be broken.

Reports are written by offset, from the table in AMD's specification, so that they owe nothing to the parser.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from tests.unit.trust.evidence.forgery import HOUR, NOW

from assay.trust.evidence import AnchorKind, TrustAnchor

YEAR = timedelta(days=365)
AS_AMD = PSS(MGF1(SHA384()), 48)
"""How AMD pads what it signs."""
DECADE = (NOW - 5 * YEAR, NOW + 5 * YEAR)

CHIP = bytes(range(1, 65))
AMD = "1.3.6.1.4.1.3704.1"
SVNS = {"bootloader": 4, "tee": 1, "snp": 23, "microcode": 213, "fmc": 2}
SVN_OIDS = {"bootloader": 1, "tee": 2, "snp": 3, "microcode": 8, "fmc": 9}
CPUID = {"Milan": (0x19, 0x01, 1), "Genoa": (0x19, 0x11, 1), "Turin": (0x1A, 0x02, 1)}
TCB_BYTES = {
    "Milan": {"bootloader": 0, "tee": 1, "snp": 6, "microcode": 7},
    "Genoa": {"bootloader": 0, "tee": 1, "snp": 6, "microcode": 7},
    "Turin": {"fmc": 0, "bootloader": 1, "tee": 2, "snp": 3, "microcode": 7},
}
FIELDS = {
    "version": (0x000, 4),
    "guest_svn": (0x004, 4),
    "policy": (0x008, 8),
    "family_id": (0x010, 16),
    "image_id": (0x020, 16),
    "vmpl": (0x030, 4),
    "signature_algo": (0x034, 4),
    "current_tcb": (0x038, 8),
    "platform_info": (0x040, 8),
    "key_info": (0x048, 4),
    "report_data": (0x050, 64),
    "measurement": (0x090, 48),
    "host_data": (0x0C0, 32),
    "id_key_digest": (0x0E0, 48),
    "author_key_digest": (0x110, 48),
    "report_id": (0x140, 32),
    "report_id_ma": (0x160, 32),
    "reported_tcb": (0x180, 8),
    "cpuid_fam_id": (0x188, 1),
    "cpuid_mod_id": (0x189, 1),
    "cpuid_step": (0x18A, 1),
    "chip_id": (0x1A0, 64),
    "committed_tcb": (0x1E0, 8),
    "current_build": (0x1E8, 1),
    "current_minor": (0x1E9, 1),
    "current_major": (0x1EA, 1),
    "committed_build": (0x1EC, 1),
    "committed_minor": (0x1ED, 1),
    "committed_major": (0x1EE, 1),
    "launch_tcb": (0x1F0, 8),
    "launch_mit_vector": (0x1F8, 8),
    "current_mit_vector": (0x200, 8),
}


@dataclass(frozen=True)
class Authority:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@dataclass(frozen=True)
class Signer:
    """A VCEK or a VLEK."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)


def authority(
    name: str,
    issuer: Authority | None = None,
    *,
    serial: int = 0x10000,
    lifetime: tuple[datetime, datetime] = DECADE,
    crl_sign: bool | None = None,
) -> Authority:
    """An ARK, or the ASK or ASVK that ``issuer`` certifies; AMD lets only the first sign revocation lists."""
    key = rsa.generate_private_key(65537, 2048)
    builder = (
        _builder(name, issuer.certificate.subject if issuer else _name(name), lifetime, serial)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(True, 0 if issuer else None), critical=True)
        .add_extension(_usage(crl_sign=issuer is None if crl_sign is None else crl_sign), critical=True)
    )
    return Authority(key, _signed(builder, issuer.key if issuer else key))


def signer(
    issuer: Authority,
    *,
    line: str = "Milan",
    vlek: bool = False,
    chip_id: bytes = CHIP,
    csp_id: bytes = b"cloud.example",
    svns: Mapping[str, int] = SVNS,
    changes: Mapping[str, bytes | None] | None = None,
    curve: ec.EllipticCurve | None = None,
    lifetime: tuple[datetime, datetime] = DECADE,
    serial: int = 1,
    padding: PSS | PKCS1v15 = AS_AMD,
) -> Signer:
    """A key that ``issuer`` certifies; ``changes`` replaces extensions, by the end of their OID, or drops them."""
    key = ec.generate_private_key(curve or ec.SECP384R1())
    extensions: dict[str, bytes | None] = {
        "1": _integer(1),
        "2": _ia5(line.encode() if vlek else f"{line}-B1".encode()),
        **{f"3.{SVN_OIDS[part]}": _integer(svns[part]) for part in TCB_BYTES[line]},
        ("5" if vlek else "4"): _ia5(csp_id) if vlek else chip_id[: 8 if line == "Turin" else 64],
        **(changes or {}),
    }
    builder = _builder("SEV-VLEK" if vlek else "SEV-VCEK", issuer.certificate.subject, lifetime, serial)
    builder = builder.public_key(key.public_key())
    for oid, value in extensions.items():
        if value is not None:
            unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{AMD}.{oid}"), value)
            builder = builder.add_extension(unknown, critical=False)
    return Signer(key, _signed(builder, issuer.key, padding))


@cache
def ark(line: str) -> Authority:
    return authority(f"ARK-{line}")


@cache
def ask(line: str) -> Authority:
    return authority(f"SEV-{line}", ark(line), serial=0x10001)


@cache
def asvk(line: str) -> Authority:
    return authority(f"SEV-VLEK-{line}", ark(line), serial=0x10101)


@cache
def vcek(line: str) -> Signer:
    return signer(ask(line), line=line)


@cache
def vlek(line: str) -> Signer:
    return signer(asvk(line), line=line, vlek=True)


def tcb(line: str, svns: Mapping[str, int] = SVNS) -> bytes:
    version = bytearray(8)
    for part, offset in TCB_BYTES[line].items():
        version[offset] = svns[part]
    return bytes(version)


def body(line: str = "Milan", version: int = 3, **changes: int | bytes) -> bytearray:
    """A report's signed part, as a well-kept machine of this line writes it, with ``changes``."""
    family, model, stepping = CPUID[line] if version >= 3 else (0, 0, 0)
    fields: dict[str, int | bytes] = {
        "version": version,
        "guest_svn": 7,
        "policy": 0x3001F,
        "signature_algo": 1,
        "current_tcb": tcb(line),
        "platform_info": 0x25,
        "report_data": b"r" * 64,
        "measurement": b"m" * 48,
        "host_data": b"h" * 32,
        "id_key_digest": b"i" * 48,
        "author_key_digest": b"a" * 48,
        "report_id": b"d" * 32,
        "report_id_ma": b"\xff" * 32,
        "reported_tcb": tcb(line),
        "cpuid_fam_id": family,
        "cpuid_mod_id": model,
        "cpuid_step": stepping,
        "chip_id": CHIP[:8] if line == "Turin" else CHIP,
        "committed_tcb": tcb(line),
        "current_build": 21,
        "current_minor": 55,
        "current_major": 1,
        "committed_build": 20,
        "committed_minor": 55,
        "committed_major": 1,
        "launch_tcb": tcb(line),
        **({"launch_mit_vector": 3, "current_mit_vector": 7} if version >= 5 else {}),
        **changes,
    }
    written = bytearray(0x2A0)
    for name, value in fields.items():
        offset, size = FIELDS[name]
        content = value.to_bytes(size, "little") if isinstance(value, int) else value.ljust(size, b"\0")
        written[offset : offset + size] = content
    return written


def sign(key: ec.EllipticCurvePrivateKey, signed: bytes) -> bytes:
    """The whole report: ``r`` and ``s`` are little-endian, in 72 bytes each."""
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA384())))
    return signed + r.to_bytes(72, "little") + s.to_bytes(72, "little") + bytes(368)


def report(key: Signer | None = None, line: str = "Milan", version: int = 3, **changes: int | bytes) -> bytes:
    """A report whose signature is right, whatever ``changes`` make of it."""
    return sign((key or vcek(line)).key, bytes(body(line, version, **changes)))


def collateral(
    line: str = "Milan", key: Signer | None = None, *, vlek_key: Signer | None = None, **changes: bytes | None
) -> dict[str, bytes]:
    """What AMD would give for a report; None among ``changes`` leaves a file out."""
    issuer = asvk(line) if vlek_key else ask(line)
    files: dict[str, bytes | None] = {
        ("vlek" if vlek_key else "vcek"): (vlek_key or key or vcek(line)).der,
        "chain": issuer.pem + ark(line).pem,
        "crl": crl(ark(line)),
        **changes,
    }
    return {name: content for name, content in files.items() if content is not None}


def crl(
    issuer: Authority,
    serials: Iterable[int] = (),
    *,
    named: str | None = None,
    window: tuple[datetime, datetime] = (NOW - HOUR, NOW + HOUR),
    extension: x509.ExtensionType | None = None,
    padding: PSS | PKCS1v15 = AS_AMD,
) -> bytes:
    """A revocation list in the name of ``named``, or of the ``issuer`` who signs it."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(_name(named) if named else issuer.certificate.subject)
        .last_update(window[0])
        .next_update(window[1])
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(window[0]).build()
        builder = builder.add_revoked_certificate(entry)
    signed = builder.sign(issuer.key, SHA384(), rsa_padding=padding)
    return signed.public_bytes(Encoding.DER)


def anchor(root: Authority, kind: AnchorKind = AnchorKind.PRODUCTION, family: str = "snp") -> TrustAnchor:
    der = root.certificate.public_bytes(Encoding.DER)
    return TrustAnchor(kind, family, "a vendor", hashlib.sha256(der).hexdigest())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Engineering"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Not Advanced Micro Devices"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    name: str, issuer: x509.Name, lifetime: tuple[datetime, datetime], serial: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer)
        .serial_number(serial)
        .not_valid_before(lifetime[0])
        .not_valid_after(lifetime[1])
    )


def _signed(
    builder: x509.CertificateBuilder, key: rsa.RSAPrivateKey, padding: PSS | PKCS1v15 = AS_AMD
) -> x509.Certificate:
    return builder.sign(key, SHA384(), rsa_padding=padding)


def _usage(*, crl_sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _integer(number: int) -> bytes:
    content = number.to_bytes(2 if number >= 0x80 else 1, "big")
    return bytes([0x02, len(content)]) + content


def _ia5(text: bytes) -> bytes:
    return bytes([0x16, len(text)]) + text
