"""NVIDIA's reference manifests: signed XML as it comes, and a tag that its office would sign, whatever is in it."""

from __future__ import annotations

from lxml import etree
from signxml.exceptions import SignXMLException
from tests.fuzz.door import Door
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.nvidia import manifests
from tests.unit.trust.evidence.nvidia.manifests import Office

from assay.trust.evidence.nvidia import rim
from assay.trust.evidence.nvidia.rim import Rim


def doors() -> list[Door]:
    office = manifests.office()
    return [_manifest(office), _tag(office)]


def _manifest(office: Office) -> Door:
    seeds = [office.driver(golden={0: ["00" * 48]}, extra=""), office.driver(), office.vbios()]
    return Door("manifest", lambda data: rim.verify(data, [office.anchor], NOW), seeds, sealed=True)


def _tag(office: Office) -> Door:
    def enter(data: bytes) -> Rim | None:
        try:
            manifest = office.sign(data)
        except (etree.LxmlError, SignXMLException, ValueError):
            return None  # no XML, so nothing to sign
        return rim.verify(manifest, [office.anchor], NOW)

    return Door("signed tag", enter, [manifests.tag(golden={0: ["00" * 48]}, extra=""), manifests.tag()])
