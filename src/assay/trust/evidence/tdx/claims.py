"""A quote's fields and Intel's words about its platform, put into `Claims`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from assay.trust.evidence.anchors import TrustAnchor
from assay.trust.evidence.certificates import Validity
from assay.trust.evidence.claims import Claims
from assay.trust.evidence.tdx.engine import Platform
from assay.trust.evidence.tdx.quote import Quote

FAMILY: Final = "tdx"

_REGISTERS: Final = (
    ("MRTD", "mr_td"),
    ("RTMR0", "rtmr0"),
    ("RTMR1", "rtmr1"),
    ("RTMR2", "rtmr2"),
    ("RTMR3", "rtmr3"),
    ("MRCONFIGID", "mr_config_id"),
    ("MROWNER", "mr_owner"),
    ("MROWNERCONFIG", "mr_owner_config"),
    ("MRSEAM", "mr_seam"),
    ("MRSIGNERSEAM", "mr_signer_seam"),
    ("MRSERVICETD", "mr_service_td"),
)

CODE: Final = ("MRTD", "RTMR0", "RTMR1", "RTMR2")
"""What is fixed once the domain has booted: firmware, its configuration, boot loader and kernel, command line and
initial file system. RTMR3 is left to the running system, which extends it by rules of its own or never; a reference
that names it has it compared too."""

_TD_ATTRIBUTES: Final = {
    0: "DEBUG",
    4: "HGS_PLUS_PROF",
    5: "PERF_PROF",
    6: "PMT_PROF",
    16: "ICSSD",
    17: "SERVTD_EXT",
    27: "LASS",
    28: "SEPT_VE_DISABLE",
    29: "MIGRATABLE",
    30: "PKS",
    31: "KL",
    62: "TPA",
    63: "PERFMON",
}
"""Bits of TDX Module ABI specification, ATTRIBUTES."""


def claims_of(quote: Quote, platform: Platform, anchor: TrustAnchor, validity: Validity) -> Claims:
    """What a verified ``quote`` claims."""
    report = quote.report
    td_attributes = int.from_bytes(report["td_attributes"], "little")
    return Claims(
        family=FAMILY,
        anchor=anchor,
        identity=platform.ppid.hex(),
        measurements=MappingProxyType(
            {register: report[field].hex() for register, field in _REGISTERS if field in report}
        ),
        code=CODE,
        bound=report["report_data"],
        nonce=None,
        public_key=None,
        issued_at=None,
        not_before=validity.not_before,
        not_after=validity.not_after,
        debug=bool(td_attributes & 1),
        tcb_status=platform.tcb_status,
        advisories=platform.advisories,
        versions=MappingProxyType(_versions(quote, platform)),
        attributes=MappingProxyType(_attributes(quote, platform, td_attributes)),
    )


def _versions(quote: Quote, platform: Platform) -> dict[str, str | int]:
    svns = ("tee_tcb_svn", "tee_tcb_svn2")
    return {
        **{svn: quote.report[svn].hex() for svn in svns if svn in quote.report},
        "cpusvn": platform.cpusvn.hex(),
        "pcesvn": platform.pcesvn,
        "qe_isvsvn": platform.qe_isvsvn,
        "tcb_evaluation_data_number": platform.tcb_evaluation_data_number,
        "tcb_date": platform.tcb_date,
    }


def _attributes(quote: Quote, platform: Platform, td_attributes: int) -> dict[str, str | int | bool]:
    attributes: dict[str, str | int | bool] = {
        "quote_version": quote.version,
        "tee_type": "TDX",
        "fmspc": platform.fmspc.hex(),
        "td_attributes": quote.report["td_attributes"].hex(),
        "seam_attributes": quote.report["seam_attributes"].hex(),
        "xfam": quote.report["xfam"].hex(),
        **{name: bool(td_attributes >> bit & 1) for bit, name in _TD_ATTRIBUTES.items()},
    }
    if platform.smt_enabled is not None:
        attributes["smt_enabled"] = platform.smt_enabled
    return attributes
