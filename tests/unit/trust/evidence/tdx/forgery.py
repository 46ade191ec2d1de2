"""Chains, statements and quotes such as Intel, or somebody who would like to be Intel, could make.

Bytes are written from Intel's tables, so that they owe nothing to the parser. Every rule can be broken: what a
function takes as ``changes`` goes in before it signs.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import HOUR, NOW, Party

from assay.trust.evidence import AnchorKind, TrustAnchor

LIFETIME = (NOW - HOUR, NOW + HOUR)

PPID = bytes.fromhex("50504944") * 4
FMSPC = bytes.fromhex("00906ed50000")
CPUSVN = bytes([5] * 16)
PCESVN = 11
QE_SIGNER = bytes.fromhex("dc") * 32
QE_VENDOR = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
SEPT_VE_DISABLE = 1 << 28

FIELDS_1_0 = {
    "tee_tcb_svn": bytes([3, 0, 6]) + bytes(13),
    "mr_seam": b"\xa1" * 48,
    "mr_signer_seam": bytes(48),
    "seam_attributes": bytes(8),
    "td_attributes": SEPT_VE_DISABLE.to_bytes(8, "little"),
    "xfam": b"\xe7\x02\x06" + bytes(5),
    "mr_td": b"\xa2" * 48,
    "mr_config_id": b"\xa3" * 48,
    "mr_owner": b"\xa4" * 48,
    "mr_owner_config": b"\xa5" * 48,
    "rtmr0": b"\xb0" * 48,
    "rtmr1": b"\xb1" * 48,
    "rtmr2": b"\xb2" * 48,
    "rtmr3": b"\xb3" * 48,
    "report_data": b"r" * 64,
}
FIELDS_1_5 = {**FIELDS_1_0, "tee_tcb_svn2": bytes([3, 0, 6]) + bytes(13), "mr_service_td": bytes(48)}


@dataclass(frozen=True)
class Intel:
    """All who sign something between the root and a quote."""

    root: Party
    signer: Party
    """Signs statements."""
    authority: Party
    """Certifies platforms."""
    pck: Party
    """One platform."""

    @property
    def pck_chain(self) -> list[Party]:
        return [self.pck, self.authority, self.root]

    def anchor(self, kind: AnchorKind = AnchorKind.PRODUCTION) -> TrustAnchor:
        return forgery.anchor(self.root, kind, "tdx")


def party(name: str, issuer: Party | None = None, **changes: object) -> Party:
    """A certificate on P-256; without ``changes``, of an authority that may sign anything."""
    made = {"usage": None, "curve": ec.SECP256R1(), "digest": SHA256(), "lifetime": LIFETIME, **changes}
    return forgery.certify(name, issuer, **made)  # type: ignore[arg-type]


def leaf(name: str, issuer: Party, **changes: object) -> Party:
    return party(name, issuer, **{"ca": False, "usage": forgery.LEAF_USAGE, **changes})


def platform(authority: Party, **changes: object) -> Party:
    """A platform's certificate, with Intel's extension that says what it is."""
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{SGX}"), sgx_extension())
    return leaf("platform", authority, **{"extension": extension, "critical": False, **changes})


@cache
def intel() -> Intel:
    root = party("root")
    authority = party("platforms", root)
    return Intel(root, leaf("signer", root), authority, platform(authority))


# --- the extension of platform certificates: "SGX PCK certificate and CRL profile", 1.3.5 ---

SGX = "1.2.840.113741.1.13.1"
_SGX_OID = bytes.fromhex("2a864886f84d010d01")


def sgx_extension() -> bytes:
    svns = [_entry((2, n + 1), 0x02, bytes([svn])) for n, svn in enumerate(CPUSVN)]
    tcb = [*svns, _entry((2, 17), 0x02, bytes([PCESVN])), _entry((2, 18), 0x04, CPUSVN)]
    flags = [_entry((7, n), 0x01, b"\xff") for n in (1, 2, 3)]
    return _der(
        0x30,
        _entry((1,), 0x04, PPID),
        _entry((2,), 0x30, *tcb),
        _entry((3,), 0x04, bytes(2)),
        _entry((4,), 0x04, FMSPC),
        _entry((5,), 0x0A, b"\x01"),
        _entry((6,), 0x04, bytes(16)),
        _entry((7,), 0x30, *flags),
    )


def _entry(arcs: tuple[int, ...], tag: int, *value: bytes) -> bytes:
    return _der(0x30, _der(0x06, _SGX_OID + bytes(arcs)), _der(tag, *value))


def _der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


# --- collateral ---


def crl(
    issuer: Party, revoked: Iterable[Party] = (), lifetime: tuple[datetime, datetime] = LIFETIME
) -> bytes:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(lifetime[0])
        .next_update(lifetime[1])
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )
    for one in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW - timedelta(minutes=1)).build())
    return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.DER)


def instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


MODULE = {"mrsigner": "00" * 48, "attributes": "00" * 8, "attributesMask": "FF" * 8}


def module_identity(status: str = "UpToDate", *, version: int = 0, isvsvn: int = 3) -> dict[str, object]:
    """What is stated of one major version of the TDX module."""
    level = {"tcb": {"isvsvn": isvsvn}, "tcbDate": "2026-01-14T00:00:00Z", "tcbStatus": status}
    return {**MODULE, "id": f"TDX_{version:02X}", "tcbLevels": [level]}


def tcb_info(
    status: str = "UpToDate", advisories: Iterable[str] = (), **changes: object
) -> dict[str, object]:
    """What is stated of the platform's model: one level, which it meets, in this state."""
    level = {
        "tcb": {
            "sgxtcbcomponents": [{"svn": svn} for svn in CPUSVN],
            "tdxtcbcomponents": [{"svn": svn} for svn in FIELDS_1_0["tee_tcb_svn"]],
            "pcesvn": PCESVN,
        },
        "tcbDate": "2026-01-14T00:00:00Z",
        "tcbStatus": status,
        "advisoryIDs": list(advisories),
    }
    return {
        "id": "TDX",
        "version": 3,
        "issueDate": instant(LIFETIME[0]),
        "nextUpdate": instant(LIFETIME[1]),
        "fmspc": FMSPC.hex().upper(),
        "pceId": "0000",
        "tcbType": 0,
        "tcbEvaluationDataNumber": 18,
        "tdxModule": MODULE,
        "tdxModuleIdentities": [],
        "tcbLevels": [level],
        **changes,
    }


def qe_identity(status: str = "UpToDate", **changes: object) -> dict[str, object]:
    """What is stated of the quoting enclave."""
    return {
        "id": "TD_QE",
        "version": 2,
        "issueDate": instant(LIFETIME[0]),
        "nextUpdate": instant(LIFETIME[1]),
        "tcbEvaluationDataNumber": 18,
        "miscselect": "00000000",
        "miscselectMask": "FFFFFFFF",
        "attributes": "11" + "00" * 15,
        "attributesMask": "FB" + "FF" * 7 + "00" * 8,
        "mrsigner": QE_SIGNER.hex().upper(),
        "isvprodid": 2,
        "tcbLevels": [{"tcb": {"isvsvn": 4}, "tcbDate": "2026-01-14T00:00:00Z", "tcbStatus": status}],
        **changes,
    }


def members(
    vendor: Intel,
    *,
    tcb: Mapping[str, object] | None = None,
    qe: Mapping[str, object] | None = None,
    revoked: Iterable[Party] = (),
    crl_lifetime: tuple[datetime, datetime] = LIFETIME,
    **changes: object,
) -> dict[str, object]:
    """The strings of the collateral, before they are written down."""
    revoked = list(revoked)
    statements = {"tcb_info": tcb or tcb_info(), "qe_identity": qe or qe_identity()}
    texts = {name: json.dumps(statement) for name, statement in statements.items()}
    chain = pem(vendor.signer, vendor.root)
    return {
        "pck_crl_issuer_chain": pem(vendor.authority, vendor.root),
        "pck_crl": crl(vendor.authority, revoked, crl_lifetime).hex(),
        "root_ca_crl": crl(vendor.root, revoked, crl_lifetime).hex(),
        **texts,
        **{f"{name}_signature": sign(vendor.signer, text.encode()).hex() for name, text in texts.items()},
        **{f"{name}_issuer_chain": chain for name in texts},
        **changes,
    }


def collateral(vendor: Intel, **changes: object) -> dict[str, bytes]:
    return {"collateral": json.dumps(members(vendor, **changes)).encode()}  # type: ignore[arg-type]


# --- quotes ---


def quote(
    vendor: Intel,
    *,
    version: int = 4,
    body_type: int = 2,
    body_size: int | None = None,
    tee_type: int = 0x81,
    key_type: int = 2,
    qe_vendor: bytes = QE_VENDOR,
    qe_changes: Mapping[str, object] | None = None,
    certification_type: int = 6,
    pck_type: int = 5,
    chain: str | None = None,
    **fields: bytes,
) -> bytes:
    """A quote whose signatures are right, over whatever the arguments make of it."""
    body = report(FIELDS_1_5 if body_type == 3 else FIELDS_1_0, fields)
    header = struct.pack("<HHIHH16s20s", version, key_type, tee_type, 0, 0, qe_vendor, bytes(20))
    if version == 5:
        body = struct.pack("<HI", body_type, len(body) if body_size is None else body_size) + body
    key = Party(ec.generate_private_key(ec.SECP256R1()), vendor.pck.certificate)
    point = key.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)[1:]
    authentication = bytes(range(32))
    enclave = qe_report(point + authentication, **(qe_changes or {}))
    certificates = (chain if chain is not None else pem(*vendor.pck_chain)).encode() + b"\0"
    certified = (
        enclave
        + sign(vendor.pck, enclave)
        + struct.pack("<H", len(authentication))
        + authentication
        + struct.pack("<HI", pck_type, len(certificates))
        + certificates
    )
    signed = header + body
    signature = sign(key, signed) + point + struct.pack("<HI", certification_type, len(certified)) + certified
    return signed + struct.pack("<I", len(signature)) + signature


def report(fields: Mapping[str, bytes], changes: Mapping[str, bytes]) -> bytes:
    assert changes.keys() <= fields.keys()
    return b"".join(changes.get(name, content) for name, content in fields.items())


def qe_report(
    vouched: bytes, *, attributes: int = 0x11, signer: bytes = QE_SIGNER, isvprodid: int = 2, isvsvn: int = 4
) -> bytes:
    """The report of the quoting enclave, an SGX enclave, that vouches for the attestation key."""
    content = bytes(16) + bytes(4) + bytes(28) + struct.pack("<Q", attributes) + bytes(8)
    content += bytes(32) + bytes(32) + signer + bytes(96) + struct.pack("<HH", isvprodid, isvsvn) + bytes(60)
    return content + hashlib.sha256(vouched).digest() + bytes(32)


def sign(by: Party, message: bytes) -> bytes:
    """``r || s`` on P-256, big-endian."""
    r, s = decode_dss_signature(by.key.sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def pem(*chain: Party) -> str:
    return "".join(one.certificate.public_bytes(Encoding.PEM).decode() for one in chain)
