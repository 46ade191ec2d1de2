"""AMD SEV-SNP: report and collateral, a report's signed part, what AMD certifies of a key, and certificates."""

from __future__ import annotations

import ssl

from cryptography.hazmat.primitives.serialization import Encoding
from tests.fuzz.documents import sorting, whole
from tests.fuzz.door import Door
from tests.fuzz.packing import pack, unpack
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.forgery import anchor as pinned
from tests.unit.trust.evidence.snp import forgery as amd
from tests.unit.trust.evidence.snp import real_snp

from assay.trust.evidence import Claims, Evidence, roots, snp

LINES = ("Milan", "Genoa", "Turin")
ANCHORS = (*(amd.anchor(amd.ark(line)) for line in LINES), *roots.PRODUCTION)


def doors() -> list[Door]:
    reports = evidence()
    return [
        whole("report", ANCHORS, NOW, reports),
        sorting(reports),
        _signed(),
        _certified(),
        _certificates(),
    ]


def evidence() -> list[Evidence]:
    """One of each kind, with a revocation list and without one."""
    with_list = [Evidence("snp", amd.report(line=line), amd.collateral(line)) for line in LINES]
    by_vlek = amd.report(amd.vlek("Milan"), key_info=1 << 2)
    with_list.append(Evidence("snp", by_vlek, amd.collateral(vlek_key=amd.vlek("Milan"))))
    without = [Evidence("snp", one.document, _without_list(one)) for one in with_list]
    real = [Evidence("snp", real_snp.document(), real_snp.collateral())] if real_snp.FOLDER.exists() else []
    return [*with_list, *without, *real]


def _without_list(one: Evidence) -> dict[str, bytes]:
    return {name: content for name, content in one.collateral.items() if name != "crl"}


def sign(data: bytes) -> Evidence:
    """The first byte says which key signs the rest, cut or filled up to a report's signed part."""
    keys = [amd.vcek(line) for line in LINES] + [amd.vlek("Milan")]
    files = [amd.collateral(line) for line in LINES] + [amd.collateral(vlek_key=amd.vlek("Milan"))]
    which = (data[0] if data else 0) % len(keys)
    return Evidence("snp", amd.sign(keys[which].key, data[1:0x2A1].ljust(0x2A0, b"\0")), files[which])


def signed_seeds() -> list[bytes]:
    """What `sign` takes: every line in every version, and a VLEK's."""
    by_lines = [
        bytes([which]) + amd.body(line, version)
        for which, line in enumerate(LINES)
        for version in (2, 3, 4, 5)
    ]
    return [*by_lines, bytes([len(LINES)]) + amd.body(key_info=1 << 2)]


def _signed() -> Door:
    def enter(data: bytes) -> Claims:
        signed = sign(data)
        return snp.verify(signed.document, ANCHORS, NOW, signed.collateral)

    return Door("signed report", enter, signed_seeds())


def _certified() -> Door:
    """The extensions by which AMD says what a key is for, written by anybody and signed by AMD."""
    oids = ("1", "2", "3.1", "3.2", "3.3", "3.8", "3.9", "4", "5")

    def enter(data: bytes) -> Claims:
        which, *values = unpack(data, 1 + len(oids))
        vlek = which == b"vlek"
        issuer = (amd.asvk if vlek else amd.ask)("Milan")
        changes = {oid: value or None for oid, value in zip(oids, values, strict=True)}
        key = amd.signer(issuer, vlek=vlek, changes=changes)
        files = amd.collateral(key=key, vlek_key=key if vlek else None, crl=None)
        return snp.verify(amd.report(key, key_info=vlek << 2), ANCHORS, NOW, files)

    svns = (b"\2\1\4", b"\2\1\1", b"\2\1\x17", b"\2\2\0\xd5", b"")
    chip = [b"vcek", b"\2\1\1", b"\x16\x08Milan-B1", *svns, amd.CHIP, b""]
    cloud = [b"vlek", b"\2\1\1", b"\x16\x05Milan", *svns, b"", b"\x16\x0dcloud.example"]
    return Door("certified key", enter, [pack(chip), pack(cloud)])


def _certificates() -> Door:
    """The root is pinned as it comes, so that its parsing, not its fingerprint, is what refuses it."""
    report = amd.report()

    def enter(data: bytes) -> Claims:
        vcek, ask, ark = unpack(data, 3)
        chain = "".join(map(ssl.DER_cert_to_PEM_cert, (ask, ark))).encode()
        return snp.verify(report, [pinned(ark, family="snp")], NOW, {"vcek": vcek, "chain": chain})

    authorities = [amd.ask("Milan").certificate, amd.ark("Milan").certificate]
    ders = [amd.vcek("Milan").der, *(one.public_bytes(Encoding.DER) for one in authorities)]
    return Door("certificates", enter, [pack(ders)])
