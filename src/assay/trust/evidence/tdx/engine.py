"""The seam to `dcap-qvl`, which knows Intel's rules: what signs what, and which firmware is in what state.

Its answer is taken whole or not at all. It names a broken rule only in words, so whatever a caller should tell
apart (another root, another time, a revoked key) is looked at before it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.serialization import Encoding

from assay.trust.evidence.certificates import Certificate
from assay.trust.evidence.errors import (
    EvidenceChainInvalid,
    EvidenceEngineMissing,
    EvidenceError,
    EvidenceMalformed,
    EvidenceRevoked,
    EvidenceSignatureInvalid,
    EvidenceUnprotected,
)
from assay.trust.evidence.tdx.collateral import Collateral

_REFUSALS: Final[tuple[tuple[str, type[EvidenceError]], ...]] = (
    ("TCB status is invalid: Revoked", EvidenceRevoked),
    ("ISV enclave report signature is invalid", EvidenceSignatureInvalid),
    ("Signature is invalid for", EvidenceSignatureInvalid),
    ("QE report hash mismatch", EvidenceSignatureInvalid),
    ("Debug mode is enabled", EvidenceUnprotected),
    ("TD profiling is enabled", EvidenceUnprotected),
    ("TD migration is enabled", EvidenceUnprotected),
    ("SERVTD_EXT is enabled", EvidenceUnprotected),
    ("SEPT_VE_DISABLE is not enabled", EvidenceUnprotected),
    ("Reserved bits in TD attributes are set", EvidenceUnprotected),
    ("Invalid MR service TD", EvidenceUnprotected),
    ("No matching TCB level found", EvidenceUnprotected),
    ("QE ISVSVN", EvidenceUnprotected),
    ("TDX module identity check", EvidenceUnprotected),
    ("TDX module TCB level check", EvidenceUnprotected),
    ("Failed to decode", EvidenceMalformed),
    ("Failed to parse", EvidenceMalformed),
    ("Failed to extract", EvidenceMalformed),
    ("Unsupported", EvidenceMalformed),
    ("Unknown QE vendor ID", EvidenceMalformed),
    ("Invalid", EvidenceMalformed),
)
"""By the first words of the engine's sentence, the first that fit. Other words mean a broken chain."""

_PREFIX: Final = "Verification failed: "
_PANIC: Final = "PanicException"
_MAX_WORDS: Final = 160


@dataclass(frozen=True, slots=True)
class Platform:
    """What Intel says of the machine that signed a quote (RFC 9334 §2.3: endorsements)."""

    tcb_status: str
    """The worse of the states of its firmware and of its quoting enclave."""
    advisories: tuple[str, ...]
    tcb_date: str
    """RFC 3339; the firmware has at least all fixes that were public on that day."""
    tcb_evaluation_data_number: int
    """Which of Intel's sets of requirements it was compared with; higher is newer."""
    ppid: bytes
    """Platform provisioning identifier: names one processor package."""
    fmspc: bytes
    """Family, model, stepping, platform and custom SKU: names a kind of package."""
    cpusvn: bytes
    pcesvn: int
    qe_isvsvn: int
    smt_enabled: bool | None
    """Whether cores run two threads at once. None: the certificate does not say."""


def verify(
    document: bytes, collateral: Collateral, pck_chain: Sequence[Certificate], at: datetime
) -> Platform:
    """Check a quote by Intel's rules under the root that ends ``pck_chain``, at ``at`` (aware), to the second.

    The caller has pinned that root. Raises `EvidenceEngineMissing`, `EvidenceSignatureInvalid`,
    `EvidenceChainInvalid`, `EvidenceMalformed`, `EvidenceRevoked`, or `EvidenceUnprotected` for a domain that is
    debugged, profiled or migrated, and for a platform below every level that Intel lists: of such the engine says
    no more, so no policy can allow them.
    """
    try:
        import dcap_qvl
    except ImportError:
        raise EvidenceEngineMissing("reading TDX quotes takes an engine: pip install assay[tdx]") from None
    seconds = int(at.timestamp())
    try:
        claims = dcap_qvl.QuoteVerifier(_der(pck_chain[-1])).verify_with_policy(
            document,
            dcap_qvl.QuoteCollateralV3.from_json(_for_engine(collateral, pck_chain)),
            seconds,
            dcap_qvl.QuotePolicy.claims_only(seconds),
        )
    except (ValueError, OverflowError) as error:
        raise _refusal(str(error)) from None
    except BaseException as error:
        # A panic of the engine's is no `Exception`, and its class cannot be imported.
        if type(error).__name__ != _PANIC:
            raise
        raise EvidenceMalformed("the quote or its collateral makes its reader give up") from None
    return _platform(orjson.loads(claims.to_json()))


def _refusal(sentence: str) -> EvidenceError:
    words = "".join(filter(str.isprintable, sentence.removeprefix(_PREFIX)))[:_MAX_WORDS]
    refused = next((kind for start, kind in _REFUSALS if words.startswith(start)), EvidenceChainInvalid)
    return refused(f"the quote does not hold by Intel's rules: {words}")


def _for_engine(collateral: Collateral, pck_chain: Sequence[Certificate]) -> str:
    """The collateral written anew from what was read, so that the engine sees the same certificates and no others."""
    tcb_info, qe_identity = collateral.tcb_info, collateral.qe_identity
    return orjson.dumps(
        {
            "pck_certificate_chain": _pem(pck_chain),
            "pck_crl_issuer_chain": _pem(collateral.pck_crl_issuer_chain),
            "root_ca_crl": collateral.root_ca_crl.parsed.public_bytes(Encoding.DER).hex(),
            "pck_crl": collateral.pck_crl.parsed.public_bytes(Encoding.DER).hex(),
            "tcb_info_issuer_chain": _pem(tcb_info.chain),
            "tcb_info": tcb_info.text,
            "tcb_info_signature": tcb_info.signature.hex(),
            "qe_identity_issuer_chain": _pem(qe_identity.chain),
            "qe_identity": qe_identity.text,
            "qe_identity_signature": qe_identity.signature.hex(),
        }
    ).decode()


def _platform(said: dict[str, Any]) -> Platform:
    tcb, pck, qe = said["tcb"], said["platform"]["pck"], said["qe"]
    return Platform(
        tcb_status=tcb["status"],
        advisories=tuple(tcb["advisory_ids"]),
        tcb_date=said["platform"]["tcb_level"]["tcbDate"],
        tcb_evaluation_data_number=tcb["eval_data_number"],
        ppid=bytes(pck["ppid"]),
        fmspc=bytes(pck["fmspc"]),
        cpusvn=bytes(pck["cpu_svn"]),
        pcesvn=pck["pce_svn"],
        qe_isvsvn=qe["report"]["isv_svn"],
        smt_enabled={"True": True, "False": False}.get(pck["smt_enabled"]),
    )


def _pem(chain: Sequence[Certificate]) -> str:
    return "".join(certificate.parsed.public_bytes(Encoding.PEM).decode() for certificate in chain)


def _der(certificate: Certificate) -> bytes:
    return certificate.parsed.public_bytes(Encoding.DER)
