"""The enclave that this process is in when it runs in a SEV-SNP or TDX guest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from assay.engines.enclave import tsm_report
from assay.engines.enclave.certificate_table import read_table
from assay.engines.enclave.tsm_report import TsmReport, TsmUnavailable
from assay.trust.evidence import Claims, Evidence, TrustAnchor, families, snp
from assay.trust.evidence.roots import PRODUCTION

_FAMILIES = {"sev_guest": "snp", "tdx_guest": "tdx"}
"""Our name for a kernel provider's format."""


class TsmEnclave:
    """One boot of a confidential VM (an `assay.engines.enclave.enclave.Enclave`)."""

    def __init__(self, directory: Path, collateral: Mapping[str, bytes], claims: Claims) -> None:
        self._directory = directory
        self._collateral = collateral
        self.claims = claims
        """What the first report claimed. Whatever it calls missing, verifiers will warn of."""

    @classmethod
    def open(
        cls,
        *,
        clock: Callable[[], datetime],
        collateral: Sequence[bytes] = (),
        anchors: Sequence[TrustAnchor] = PRODUCTION,
        directory: Path = tsm_report.DIRECTORY,
    ) -> TsmEnclave:
        """Find out where this process runs, by a first report that is judged as anybody else would.

        The files of ``collateral``, in any order, come with every report: TDX guests get none from their host, SEV-SNP
        guests only what the host has. What is given here wins. ``clock`` gives the time as an aware datetime.

        Raises `TsmUnavailable`, or an `EvidenceError` if no verifier under ``anchors`` would believe the report.
        """
        report = tsm_report.request(bytes(tsm_report.MAX_DATA), directory)
        named = families.collect(_family(report), collateral)
        return cls(directory, named, families.verify(_evidence(report, named), anchors, clock()))

    @property
    def family(self) -> str:
        """``snp`` or ``tdx``."""
        return self.claims.family

    @property
    def measurements(self) -> Mapping[str, str]:
        """What the hardware measured at boot."""
        return self.claims.measurements

    def anchor(self) -> TrustAnchor:
        """The vendor's root that the first report ended in."""
        return self.claims.anchor

    def evidence(self, bound: bytes, nonce: bytes) -> tuple[Evidence, ...]:
        """One report over ``bound``. It has no place for a nonce: ``bound`` has to cover it.

        Raises `TsmUnavailable`, and `ValueError` for more than 64 bytes.
        """
        return (_evidence(tsm_report.request(bound, self._directory), self._collateral),)


def _evidence(report: TsmReport, collateral: Mapping[str, bytes]) -> Evidence:
    family = _family(report)
    from_host = snp.collect(list(read_table(report.auxblob))) if family == snp.FAMILY else {}
    return Evidence(family, report.outblob, from_host | dict(collateral))


def _family(report: TsmReport) -> str:
    try:
        return _FAMILIES[report.provider]
    except KeyError:
        raise TsmUnavailable(f"the kernel's reports are of the unknown kind {report.provider!r}") from None
