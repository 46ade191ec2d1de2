"""The certificates of a GPU: leaf, boot ROM, provisioner, chip identity, and NVIDIA's device root.

The boot ROM certifies, by DICE (TCG, "DICE Layering Architecture"), the key of the one firmware it started: the leaf
carries that firmware's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from assay.trust.evidence.certificates import Certificate
from assay.trust.evidence.errors import EvidenceMalformed

MAX_CHAIN: Final = 32 * 1024
"""Bytes; five certificates have under 5 KiB as PEM."""

LENGTH: Final = 5
"""Certificates, from the leaf to the root, both included."""

_DICE_FWID = x509.ObjectIdentifier("2.23.133.5.4.1")
_SHA384_FWID = bytes.fromhex("303d 06096086480165030402 02 0430")
"""The DER in front of the 48 bytes of a firmware id by SHA-384, with which the extension ends."""
_FWID_SIZE = 48


def parse(chain: bytes) -> list[Certificate]:
    """The certificates from the root down, of a file that holds them from the leaf up, in PEM or DER.

    Raises `EvidenceMalformed` when one cannot be read, or there are not `LENGTH`.
    """
    if len(chain) > MAX_CHAIN:
        raise EvidenceMalformed(f"a GPU's certificates have at most {MAX_CHAIN} bytes")
    leaf_first = Certificate.parse_pem(chain) if is_pem(chain) else _parse_der(chain)
    if len(leaf_first) != LENGTH:
        raise EvidenceMalformed(f"a GPU's chain has {LENGTH} certificates, not {len(leaf_first)}")
    return leaf_first[::-1]


def is_pem(data: bytes) -> bool:
    """Whether ``data`` holds certificates as text (RFC 7468)."""
    return b"-----BEGIN CERTIFICATE-----" in data


def hardware_model(chain: Sequence[Certificate]) -> str:
    """The boot ROM's name, such as ``GH100 A01 GSP BROM``: chip, stepping, and the unit it starts.

    Raises `EvidenceMalformed` when the certificate above the leaf has no printable common name.
    """
    names = chain[-2].parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = names[0].value if len(names) == 1 else ""
    # It is shown on terminals, so control characters are out.
    if isinstance(name, str) and name.split() and name.isascii() and name.isprintable():
        return name
    raise EvidenceMalformed("the boot ROM's certificate does not name the chip")


def firmware_id(leaf: Certificate) -> bytes | None:
    """The SHA-384 of the firmware that holds the leaf's key; None when the leaf names none that is one."""
    for extension in leaf.parsed.extensions:
        if extension.oid == _DICE_FWID and isinstance(extension.value, x509.UnrecognizedExtension):
            head, fwid = extension.value.value[:-_FWID_SIZE], extension.value.value[-_FWID_SIZE:]
            return fwid if head.endswith(_SHA384_FWID) else None
    return None


def _parse_der(data: bytes) -> list[Certificate]:
    """Certificates one after another, each as long as its own head says (X.690 §8.1.3, two-byte lengths)."""
    certificates = []
    while data:
        if data[:2] != b"\x30\x82" or len(data) < 4:
            raise EvidenceMalformed("the chain is neither PEM nor certificates in DER")
        size = 4 + int.from_bytes(data[2:4], "big")
        certificates.append(Certificate.parse(data[:size]))
        data = data[size:]
    return certificates
