"""NVIDIA GPUs: report and collateral, what a GPU signed, what it adds of its own, and certificates."""

from __future__ import annotations

from dataclasses import replace

from tests.fuzz.documents import sorting, whole
from tests.fuzz.door import Door
from tests.fuzz.packing import pack, unpack
from tests.unit.trust.evidence.forgery import NOW, Party
from tests.unit.trust.evidence.forgery import anchor as pinned
from tests.unit.trust.evidence.nvidia import gpus, manifests, test_real_gpu

from assay.trust.evidence import Claims, Evidence, nvidia, roots


def doors() -> list[Door]:
    chain, office = gpus.gpu_chain(), manifests.office()
    anchors = [gpus.anchor(chain[0]), office.anchor, *roots.PRODUCTION]
    reports = _evidence(chain, {"driver_rim": office.driver(), "vbios_rim": office.vbios()})
    return [
        whole("report", anchors, NOW, [*reports, *_misplaced(reports[0], office)]),
        sorting(reports),
        _signed(chain),
        _opaque(chain),
        _certificates(chain),
    ]


def _evidence(chain: list[Party], rims: dict[str, bytes]) -> list[Evidence]:
    """A report with each choice of manifests, and a real one."""
    report, certificates = gpus.report(chain), {"chain": gpus.pem(chain)}
    chosen = [{}, *({name: rims[name]} for name in rims), rims]
    found = [Evidence("nvidia", report, {**certificates, **some}) for some in chosen]
    found.append(Evidence("nvidia", report, {"chain": gpus.der(chain)}))
    if test_real_gpu.VECTORS.exists():
        found.append(Evidence("nvidia", test_real_gpu.document(), {"chain": test_real_gpu.chain()}))
    return found


def _misplaced(bare: Evidence, office: manifests.Office) -> list[Evidence]:
    """Genuine manifests in each other's place: the report is what it is, and differs from them."""
    driver, vbios = office.driver(), office.vbios()
    pairs = [(driver, driver), (vbios, vbios), (vbios, driver), (vbios, None), (None, driver)]
    named = ({"driver_rim": one, "vbios_rim": other} for one, other in pairs)
    return [
        replace(bare, collateral={**bare.collateral, **{name: rim for name, rim in files.items() if rim}})
        for files in named
    ]


def _verify(chain: list[Party], transcript: bytes) -> Claims:
    document = gpus.sign(chain[-1].key, transcript)
    return nvidia.verify(document, [gpus.anchor(chain[0])], NOW, {"chain": gpus.pem(chain)})


def _signed(chain: list[Party]) -> Door:
    few = {index: bytes([index]) * 48 for index in (1, 2, 64)}
    seeds = [
        gpus.request() + gpus.response(gpus.measured(measurements), gpus.opaque_data())
        for measurements in (gpus.MEASUREMENTS, few)
    ]
    return Door("signed transcript", lambda data: _verify(chain, data), seeds)


def _opaque(chain: list[Party]) -> Door:
    head, blocks = gpus.request(), gpus.measured({1: b"m" * 48})

    def enter(data: bytes) -> Claims:
        return _verify(chain, head + gpus.response(blocks, data[:0xFFFF]))

    newer = {**gpus.OPAQUE, 34: b"\1\0", 35: b"GB202\0", 36: b"\1"}
    return Door("opaque data", enter, [gpus.opaque_data(), gpus.opaque_data(newer)])


def _certificates(chain: list[Party]) -> Door:
    """The root is pinned as it comes, so that its parsing, not its fingerprint, is what refuses it."""
    report = gpus.report(chain)

    def enter(data: bytes) -> Claims:
        ders = unpack(data, len(chain))
        return nvidia.verify(report, [pinned(ders[-1], family="nvidia")], NOW, {"chain": b"".join(ders)})

    return Door("certificates", enter, [pack(party.der for party in reversed(chain))])
