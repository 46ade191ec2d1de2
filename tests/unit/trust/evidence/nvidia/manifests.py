"""Reference manifests as NVIDIA writes them, signed by whoever a test likes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml import CanonicalizationMethod, XMLSigner
from tests.unit.trust.evidence.forgery import Party, certify, leaf
from tests.unit.trust.evidence.nvidia.gpus import DRIVER, MEASUREMENTS, VBIOS, anchor

from assay.trust.evidence import AnchorKind, TrustAnchor

SWID = "http://standards.iso.org/iso/19770/-2/2015/schema.xsd"
HASH = "http://www.w3.org/2001/04/xmlenc#sha384"
DS = "{http://www.w3.org/2000/09/xmldsig#}"

VBIOS_GOLDEN = {index: [MEASUREMENTS[index + 1].hex()] for index in range(8)}
DRIVER_GOLDEN = {
    31: ["00" * 48, MEASUREMENTS[32].hex().upper()],
    35: [MEASUREMENTS[36].hex()],
    63: [MEASUREMENTS[64].hex()],
}
"""By index from 0: two alternatives, the video decoder's firmware, and the last there is."""


def resource(index: int, values: Sequence[str], active: str = "True") -> str:
    hashes = " ".join(f'n:Hash{number}="{value}"' for number, value in enumerate(values))
    return (
        f'<s:Resource type="Measurement" index="{index}" active="{active}" alternatives="{len(values)}" '
        f'{hashes} name="Measurement_{index}" size="48"/>'
    )


def tag(
    version: str = DRIVER,
    golden: Mapping[int, Sequence[str]] = DRIVER_GOLDEN,
    *,
    product: str = "GH100",
    extra: str = resource(40, ["00" * 48], active="False"),
    name: str = "SoftwareIdentity",
) -> bytes:
    """A SWID tag without its signature; index 40 is there and not active."""
    resources = "".join(resource(index, values) for index, values in golden.items())
    return (
        f'<{name} xmlns="{SWID}" xmlns:s="{SWID}" xmlns:n="{HASH}" name="{product}" tagId="1" version="1.0">\n'
        f'  <s:Entity name="NVIDIA Corporation" role="softwareCreator tagCreator"/>\n'
        f'  <s:Meta colloquialVersion="{version}" edition="GPU" product="{product}"/>\n'
        f"  <s:Payload>{resources}{extra}</s:Payload>\n</{name}>"
    ).encode()


@dataclass(frozen=True)
class Office:
    """A signer and the authorities above it, from the root down."""

    chain: list[Party]

    @property
    def anchor(self) -> TrustAnchor:
        return self.pinned(AnchorKind.PRODUCTION)

    def pinned(self, kind: AnchorKind, family: str = "nvidia-rim") -> TrustAnchor:
        return anchor(self.chain[0], kind, family)

    def sign(self, unsigned: bytes, uri: str | None = None, **changes: Any) -> bytes:
        algorithms = {
            "signature_algorithm": "ecdsa-sha384",
            "digest_algorithm": "sha384",
            "c14n_algorithm": CanonicalizationMethod.CANONICAL_XML_1_1,
            **changes,
        }
        certificates = [party.certificate for party in reversed(self.chain)]
        signed = XMLSigner(**algorithms).sign(
            etree.fromstring(unsigned), key=self.chain[-1].key, cert=certificates, reference_uri=uri
        )
        return bytes(etree.tostring(signed))

    def driver(self, **changes: Any) -> bytes:
        return self.sign(tag(**changes))

    def vbios(self, **changes: Any) -> bytes:
        return self.sign(tag(**{"version": VBIOS, "golden": VBIOS_GOLDEN, **changes}))


def office(curve: ec.EllipticCurve | None = None) -> Office:
    root = certify("CoRIM signing Root CA")
    reference = certify("Reference Value GH100 CA", root)
    return Office([root, reference, leaf(reference, "RIM L4 Signer", curve=curve)])
