"""Why a piece of evidence was refused: one class for each rule that a parser can see broken."""

from __future__ import annotations

from assay.errors import AssayError


class EvidenceError(AssayError):
    """The evidence does not show what it should; nothing it says may be used."""

    code = "evidence_invalid"


class EvidenceMalformed(EvidenceError):
    """The bytes are not a document of the family, or break one of the format's limits."""

    code = "evidence_malformed"
    hint = "fetch the document again; if it stays so, the node serves something else than evidence"


class EvidenceSignatureInvalid(EvidenceError):
    """The leaf key did not sign these bytes."""

    code = "evidence_signature"
    hint = "the document was changed after it was issued"


class EvidenceChainInvalid(EvidenceError):
    """A certificate was not issued by the one above it, or the one above it may not issue."""

    code = "evidence_chain"
    hint = "the certificates in the document do not belong together"


class EvidenceExpired(EvidenceError):
    """A certificate of the chain is not valid at the time asked about: not yet, or no longer."""

    code = "evidence_expired"
    hint = "evidence lives for hours: judge it as of the time at which its receipt was logged"


class EvidenceUntrustedRoot(EvidenceError):
    """The chain ends in a root that the caller does not pin."""

    code = "evidence_untrusted_root"
    hint = "compare the root's fingerprint with the vendor's; a simulated root is pinned only on purpose"


class EvidenceSimulated(EvidenceError):
    """The document calls itself simulated, but its root is pinned as production."""

    code = "evidence_simulated"
    hint = "pin the root as `simulated`; no simulated document may ever count as hardware"


class EvidenceUnknownFamily(EvidenceError):
    """Nobody here can read evidence of this type."""

    code = "evidence_unknown_family"
    hint = "update Assay, or ask the node for evidence of a family that is known"


class EvidenceEngineMissing(EvidenceError):
    """A family's engine, which is an optional extra, is not installed."""

    code = "evidence_engine_missing"
    hint = "install the extra that the message names"


class EvidenceCollateralMissing(EvidenceError):
    """Nothing can be said about a document without collateral that is not there."""

    code = "evidence_collateral_missing"
    hint = (
        "give the vendor's certificates and lists as collateral; evidence archives them beside the document"
    )


class EvidenceRevoked(EvidenceError):
    """The vendor has revoked a certificate of the chain."""

    code = "evidence_revoked"
    hint = "a key of this platform is known to be compromised; do not trust what it signed"


class EvidenceUnprotected(EvidenceError):
    """The document is genuine, but by the vendor's rules nothing protects the enclave it speaks of."""

    code = "evidence_unprotected"
    hint = "start the enclave without debugging and profiling, on a platform whose firmware the vendor knows"


class EvidenceBorrowed(EvidenceError):
    """An accelerator's evidence is for another machine, or for another moment of this one."""

    code = "evidence_borrowed"
    hint = "an accelerator answers the SHA-256 of its processor's evidence; ask the node for both anew"
