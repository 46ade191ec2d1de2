"""GPUs, reports and chains that an attacker could make, and some that are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import NOW, Party, certify, leaf

from assay.trust.evidence import NOTHING, AnchorKind, Claims, TrustAnchor, nvidia

NONCE = bytes(range(32))
FWID = b"\xf5" * 48
DICE_FWID = x509.ObjectIdentifier("2.23.133.5.4.1")

DRIVER, VBIOS = "550.90.07", "96.00.9F.00.01"
MEASUREMENTS = {index: bytes([index]) * 48 for index in range(1, 65)}
OPAQUE = {
    3: b"550.90.07\0",
    6: bytes.fromhex("009f009601000000"),
    11: b"\xaa",
    15: b"882\0\0\0\0\0\0",
    17: b"1010\0",
    18: b"0200\0",
    20: FWID,
    21: b"\x55",
}


def fwid_extension(fwid: bytes = FWID) -> x509.UnrecognizedExtension:
    """The end of the DICE extension: the firmware's digest, and before it how it was made."""
    digest = bytes.fromhex("303d06096086480165030402020430") + fwid
    return x509.UnrecognizedExtension(DICE_FWID, b"\x30\x82" + bytes(124) + digest)


def gpu_leaf(issuer: Party, **changes: object) -> Party:
    named = {"ca": None, "extension": fwid_extension(), "critical": False, **changes}
    return leaf(issuer, "GH100 A01 GSP FMC LF", **named)


def authorities(rom: str = "GH100 A01 GSP BROM") -> list[Party]:
    chain = [certify("Device Identity CA")]
    for name in ("GH100 Identity", "GH100 Provisioner ICA 1", rom):
        chain.append(certify(name, chain[-1]))
    return chain


def gpu_chain(rom: str = "GH100 A01 GSP BROM") -> list[Party]:
    """From the root down, as NVIDIA makes them."""
    above = authorities(rom)
    return [*above, gpu_leaf(above[-1])]


def pem(chain: Sequence[Party]) -> bytes:
    """From the leaf up, as GPUs give them."""
    return b"".join(party.certificate.public_bytes(Encoding.PEM) for party in reversed(chain))


def der(chain: Sequence[Party]) -> bytes:
    return b"".join(party.der for party in reversed(chain))


def number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def request(
    nonce: bytes = NONCE, *, version: int = 0x11, attributes: int = 1, operation: int = 0xFF
) -> bytes:
    return bytes([version, 0xE0, attributes, operation]) + nonce + b"\0"


def block(index: int, value: bytes, *, specification: int = 1, slack: int = 0) -> bytes:
    measurement = b"\x01" + number(len(value), 2) + value
    return bytes([index, specification]) + number(len(measurement) + slack, 2) + measurement + bytes(slack)


def response(
    blocks: Sequence[bytes],
    opaque: bytes,
    *,
    version: int = 0x11,
    count: int | None = None,
    slack: bytes = b"",
) -> bytes:
    record = b"".join(blocks) + slack
    head = bytes([version, 0x60, 0, 0, len(blocks) if count is None else count]) + number(len(record), 3)
    return head + record + b"r" * 32 + number(len(opaque), 2) + opaque


def opaque_data(fields: Mapping[int, bytes] = OPAQUE) -> bytes:
    return b"".join(number(kind, 2) + number(len(value), 2) + value for kind, value in fields.items())


def measured(measurements: Mapping[int, bytes] = MEASUREMENTS) -> list[bytes]:
    return [block(index, value) for index, value in measurements.items()]


def sign(key: ec.EllipticCurvePrivateKey, transcript: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(transcript, ec.ECDSA(SHA384())))
    return transcript + r.to_bytes(48, "big") + s.to_bytes(48, "big")


def report(
    chain: Sequence[Party],
    opaque: Mapping[int, bytes] = OPAQUE,
    measurements: Mapping[int, bytes] = MEASUREMENTS,
) -> bytes:
    """The document of the GPU whose leaf ends ``chain``; its signature is right."""
    transcript = request() + response(measured(measurements), opaque_data(opaque))
    return sign(chain[-1].key, transcript)


def anchor(root: Party, kind: AnchorKind = AnchorKind.PRODUCTION, family: str = "nvidia") -> TrustAnchor:
    return forgery.anchor(root, kind, family)


@dataclass(frozen=True)
class Gpu:
    """A chain, and what it takes to verify under it."""

    chain: list[Party]

    @property
    def anchor(self) -> TrustAnchor:
        return anchor(self.chain[0])

    def verify(
        self,
        document: bytes | None = None,
        extra: Mapping[str, bytes] = NOTHING,
        more_anchors: Sequence[TrustAnchor] = (),
        at: datetime = NOW,
    ) -> Claims:
        collateral = {"chain": pem(self.chain), **extra}
        anchors = [self.anchor, *more_anchors]
        return nvidia.verify(report(self.chain) if document is None else document, anchors, at, collateral)
