"""What Intel says of its platforms and how it revokes them: the DCAP collateral that a quote is judged with.

There is one file, ``collateral``: a JSON object with the nine strings of `MEMBERS`, the form in which provisioning
caches and `dcap-qvl` keep it. Chains are PEM, lists and signatures hexadecimal, and the two signed statements JSON
within JSON, byte for byte as signed.
Source: Intel, "API for provisioning certification", version 4; `sgx_ql_qve_collateral_t` of its DCAP library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

from assay.trust.evidence.certificates import Certificate, Validity
from assay.trust.evidence.errors import (
    EvidenceChainInvalid,
    EvidenceCollateralMissing,
    EvidenceMalformed,
)
from assay.trust.evidence.revocation import RevocationList

COLLATERAL: Final = "collateral"

MEMBERS: Final = (
    "pck_crl_issuer_chain",
    "root_ca_crl",
    "pck_crl",
    "tcb_info_issuer_chain",
    "tcb_info",
    "tcb_info_signature",
    "qe_identity_issuer_chain",
    "qe_identity",
    "qe_identity_signature",
)

MAX_COLLATERAL: Final = 512 * 1024
"""Bytes; today's sets have less than 32 KiB, and only the list of revoked platforms can grow."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What Intel states of a model's firmware (TCB info) or of its quoting enclave (QE identity), not believed yet."""

    text: str
    """JSON, byte for byte as signed."""
    signature: bytes
    """``r || s``, on P-256."""
    chain: Sequence[Certificate]
    """Signer first."""
    validity: Validity
    """From ``issueDate`` to ``nextUpdate``."""


@dataclass(frozen=True, slots=True)
class Collateral:
    """What came with a quote, read and not believed yet."""

    tcb_info: Statement
    qe_identity: Statement
    pck_crl_issuer_chain: Sequence[Certificate]
    pck_crl: RevocationList
    root_ca_crl: RevocationList

    @classmethod
    def read(cls, files: Mapping[str, bytes]) -> Collateral:
        """Raises `EvidenceCollateralMissing` for no files, `EvidenceMalformed` for others than the one described."""
        if not files:
            raise EvidenceCollateralMissing("a TDX quote cannot be judged without Intel's collateral")
        if files.keys() != {COLLATERAL}:
            raise EvidenceMalformed(f"the collateral of TDX is one file called {COLLATERAL}")
        return cls.parse(files[COLLATERAL])

    @classmethod
    def parse(cls, data: bytes) -> Collateral:
        """Raises `EvidenceMalformed` unless ``data`` is the JSON object described above, and readable in every part.

        Other members are ignored. Some caches add the PCK chain, which counts only where it stands in the quote.
        """
        if len(data) > MAX_COLLATERAL:
            raise EvidenceMalformed(f"TDX collateral has at most {MAX_COLLATERAL} bytes")
        members = _object(data)
        if not all(isinstance(members.get(name), str) for name in MEMBERS):
            raise EvidenceMalformed("TDX collateral does not have the nine strings of Intel's collateral set")
        return cls(
            tcb_info=_statement(members, "tcb_info"),
            qe_identity=_statement(members, "qe_identity"),
            pck_crl_issuer_chain=Certificate.parse_pem(members["pck_crl_issuer_chain"].encode()),
            pck_crl=RevocationList.parse(_unhex(members["pck_crl"])),
            root_ca_crl=RevocationList.parse(_unhex(members["root_ca_crl"])),
        )

    def root(self, pck_chain: Sequence[Certificate]) -> Certificate:
        """The one root that everything here and the quote's ``pck_chain`` (leaf first) stands under.

        Intel's signer of statements is issued by the root itself. If longer chains passed, whoever gets hold of one
        platform's key could state that this platform is up to date. Raises `EvidenceChainInvalid`.
        """
        signers = (self.tcb_info.chain, self.qe_identity.chain)
        if any(len(chain) != 2 for chain in signers):
            raise EvidenceChainInvalid("a statement in the collateral is not signed right under the root")
        chains = (pck_chain, self.pck_crl_issuer_chain, *signers)
        if len({chain[-1].fingerprint for chain in chains}) != 1:
            raise EvidenceChainInvalid("the quote and its collateral do not stand under one root")
        return pck_chain[-1]

    def validity(self, pck_chain: Sequence[Certificate]) -> Validity:
        """When everything here and the quote's ``pck_chain`` holds at once."""
        chains = (pck_chain, self.pck_crl_issuer_chain, self.tcb_info.chain, self.qe_identity.chain)
        return Validity.of_all(
            (
                *(statement.validity for statement in (self.tcb_info, self.qe_identity)),
                *(_until_replaced(crl) for crl in (self.pck_crl, self.root_ca_crl)),
                *(certificate.validity for chain in chains for certificate in chain),
            )
        )

    def require_unlisted(self, pck_chain: Sequence[Certificate]) -> None:
        """Raises `EvidenceRevoked` when the quote's platform, its authority or a signer of statements is revoked."""
        self.pck_crl.require_unlisted(pck_chain[:1])
        self.root_ca_crl.require_unlisted(
            (*pck_chain[1:], *self.tcb_info.chain, *self.qe_identity.chain),
        )


def collect(files: Sequence[bytes]) -> dict[str, bytes]:
    """Name the one file of a quote's collateral. Raises `EvidenceMalformed` for any other file, or a second one."""
    match list(files):
        case []:
            return {}
        case [content]:
            Collateral.parse(content)
            return {COLLATERAL: content}
        case _:
            raise EvidenceMalformed("the collateral of a TDX quote is one JSON file, and there are more")


def _statement(members: Mapping[str, str], name: str) -> Statement:
    text = members[name]
    content = _object(text.encode())
    return Statement(
        text=text,
        signature=_unhex(members[f"{name}_signature"]),
        chain=Certificate.parse_pem(members[f"{name}_issuer_chain"].encode()),
        validity=Validity(_instant(content.get("issueDate")), _instant(content.get("nextUpdate"))),
    )


def _until_replaced(crl: RevocationList) -> Validity:
    """The engine holds a list to be out of date from the very second of its ``nextUpdate`` on."""
    return replace(crl.validity, not_after=crl.validity.not_after - timedelta(seconds=1))


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise EvidenceMalformed("TDX collateral, or a statement in it, is not JSON") from None
    if not isinstance(value, dict):
        raise EvidenceMalformed("TDX collateral, or a statement in it, is not a JSON object")
    return value


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise EvidenceMalformed("a list or a signature in the collateral is not hexadecimal") from None


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value)  # type: ignore[arg-type]
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise EvidenceMalformed("a statement in the collateral does not say when it holds")
