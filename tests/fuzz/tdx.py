"""Intel TDX: quote and collateral, a quote's signed part, Intel's statements, and what it certifies of a platform."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from cryptography import x509
from tests.fuzz.documents import sorting, whole
from tests.fuzz.door import Door
from tests.fuzz.packing import pack, unpack
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.tdx import forgery as intel
from tests.unit.trust.evidence.tdx import real_tdx

from assay.trust.evidence import Claims, Evidence, roots, tdx

VENDOR = intel.intel()
MEMBERS = intel.members(VENDOR)
COLLATERAL = {"collateral": json.dumps(MEMBERS).encode()}
FORMATS = ((4, 2), (5, 2), (5, 3))
"""Versions of quotes and the types of their bodies."""


def doors() -> list[Door]:
    quotes = [
        Evidence("tdx", intel.quote(VENDOR, version=version, body_type=body), COLLATERAL)
        for version, body in FORMATS
    ]
    found = [
        whole("quote", [VENDOR.anchor()], NOW, quotes),
        sorting(quotes[:1]),
        _signed(),
        _statements(),
        _certified(),
    ]
    if real_tdx.FOLDER.exists():
        real = [Evidence("tdx", real_tdx.document(), real_tdx.collateral())]
        found.append(whole("real quote", roots.PRODUCTION, real_tdx.AT, real))
    return found


def _verify(document: bytes, collateral: dict[str, bytes] = COLLATERAL) -> Claims:
    return tdx.verify(document, [VENDOR.anchor()], NOW, collateral)


def _signed() -> Door:
    """The first byte says which format the rest is, cut or filled up to a report of a trust domain."""

    def enter(data: bytes) -> Claims:
        version, body = FORMATS[(data[0] if data else 0) % len(FORMATS)]
        fields: dict[str, Any] = {}
        position = 1
        for name, content in (intel.FIELDS_1_5 if body == 3 else intel.FIELDS_1_0).items():
            fields[name] = data[position : position + len(content)].ljust(len(content), b"\0")
            position += len(content)
        return _verify(intel.quote(VENDOR, version=version, body_type=body, **fields))

    reports = (intel.FIELDS_1_0, intel.FIELDS_1_0, intel.FIELDS_1_5)
    return Door(
        "signed report", enter, [bytes([n]) + b"".join(fields.values()) for n, fields in enumerate(reports)]
    )


def _statements() -> Door:
    document = intel.quote(VENDOR)
    names = ("tcb_info", "qe_identity")

    def enter(data: bytes) -> Claims:
        members = dict(MEMBERS)
        for name, content in zip(names, unpack(data, len(names)), strict=True):
            text = content.decode(errors="replace")
            members |= {name: text, f"{name}_signature": intel.sign(VENDOR.signer, text.encode()).hex()}
        return _verify(document, {"collateral": json.dumps(members).encode()})

    modules = intel.tcb_info(tdxModuleIdentities=[intel.module_identity(version=n) for n in (0, 1, 3)])
    stated = [
        (intel.tcb_info(), intel.qe_identity()),
        (intel.tcb_info("OutOfDate", ["INTEL-SA-00289"]), intel.qe_identity("OutOfDate")),
        (modules, intel.qe_identity()),
    ]
    return Door(
        "signed statements", enter, [pack(json.dumps(one).encode() for one in pair) for pair in stated]
    )


def _certified() -> Door:
    """The extension by which Intel says what a platform is, written by anybody and signed by Intel."""

    def enter(data: bytes) -> Claims:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(intel.SGX), data)
        pck = intel.platform(VENDOR.authority, extension=extension)
        return _verify(intel.quote(replace(VENDOR, pck=pck)))

    return Door("certified platform", enter, [intel.sgx_extension()])
