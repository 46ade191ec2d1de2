"""Reference integrity manifests: which measurements NVIDIA says a driver or a VBIOS has.

A manifest is a SWID tag (ISO/IEC 19770-2) by the TCG's RIM information model, signed by NVIDIA. Its payload has one
resource for each measurement, numbered from 0, where SPDM numbers from 1; an active one is this manifest's to judge,
and any of its alternatives will do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from assay.trust.evidence.anchors import TrustAnchor
from assay.trust.evidence.certificates import Validity
from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.nvidia.spdm import register

if TYPE_CHECKING:
    from assay.trust.evidence.nvidia.xmldsig import Element

FAMILY: Final = "nvidia-rim"
"""The family of the anchors that manifests end in: they vouch for no GPU."""

_SWID = "{http://standards.iso.org/iso/19770/-2/2015/schema.xsd}"
_HASH = "{http://www.w3.org/2001/04/xmlenc#sha384}Hash"
_PRODUCT, _VERSION = "product", "colloquialVersion"


@dataclass(frozen=True, slots=True)
class Rim:
    """The reference values of one release."""

    product: str
    """The chip they are for, such as ``GH100``."""
    version: str
    """Of the driver, such as ``550.90.07``, or of the VBIOS, such as ``96.00.9F.00.01``."""
    golden: Mapping[str, frozenset[str]]
    """The alternatives, in lower-case hexadecimal, of each active measurement, by its register."""
    validity: Validity
    """When the signer's chain holds."""


def verify(manifest: bytes, anchors: Sequence[TrustAnchor], at: datetime) -> Rim:
    """The reference values in a signed manifest, once its signature and chain hold at ``at`` (aware).

    Raises `EvidenceEngineMissing` without the extra ``gpu``, `EvidenceMalformed` for what is no manifest, else
    whatever is wrong with the signature.
    """
    from assay.trust.evidence.nvidia import xmldsig

    signed = xmldsig.verify(manifest, anchors, FAMILY, at)
    tag = signed.root
    if tag.tag != f"{_SWID}SoftwareIdentity":
        raise EvidenceMalformed("the manifest is not a SWID tag")
    return Rim(_meta(tag, _PRODUCT), _meta(tag, _VERSION), _golden(tag), signed.validity)


def release(manifest: bytes) -> str:
    """Which version a manifest says it describes, before anybody checked that.

    Raises `EvidenceEngineMissing` without the extra ``gpu``, or `EvidenceMalformed`.
    """
    from assay.trust.evidence.nvidia import xmldsig

    return _meta(xmldsig.parse(manifest), _VERSION)


def _golden(tag: Element) -> Mapping[str, frozenset[str]]:
    golden: dict[str, frozenset[str]] = {}
    for resource in tag.findall(f"{_SWID}Payload/{_SWID}Resource"):
        name, alternatives = _resource(resource)
        if name in golden:
            raise EvidenceMalformed("the manifest has two resources for one measurement")
        golden[name] = alternatives
    active = {name: alternatives for name, alternatives in golden.items() if alternatives}
    if not active:
        raise EvidenceMalformed("the manifest has no active measurement")
    return active


def _meta(tag: Element, name: str) -> str:
    entries = tag.findall(f"{_SWID}Meta")
    value = entries[0].get(name) if len(entries) == 1 else None
    if not isinstance(value, str) or not value:
        raise EvidenceMalformed(f"the manifest does not say its {name}")
    return value


def _resource(resource: Element) -> tuple[str, frozenset[str]]:
    """A measurement's register and alternatives, of which an inactive one has none."""
    try:
        name = register(int(resource.attrib["index"]) + 1)
        count = int(resource.attrib["alternatives"])
        alternatives = frozenset(resource.attrib[f"{_HASH}{number}"].lower() for number in range(count))
    except (KeyError, ValueError):
        raise EvidenceMalformed("a resource of the manifest is not a measurement") from None
    if not alternatives or "" in alternatives:
        raise EvidenceMalformed("a measurement of the manifest has no value")
    return name, alternatives if resource.get("active") != "False" else frozenset()
