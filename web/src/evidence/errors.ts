/** Why a piece of evidence was refused: the codes are those of `assay.trust.evidence.errors`. */

import { AssayError } from "../errors";

/** The evidence does not show what it should; nothing it says may be used. */
export abstract class EvidenceError extends AssayError {}

/** The bytes are not a document of the family, or break one of the format's limits. */
export class EvidenceMalformed extends EvidenceError {
  readonly code = "evidence_malformed";
  readonly hint = "fetch the document again; if it stays so, the node serves something else than evidence";
}

/** The leaf key did not sign these bytes. */
export class EvidenceSignatureInvalid extends EvidenceError {
  readonly code = "evidence_signature";
  readonly hint = "the document was changed after it was issued";
}

/** A certificate was not issued by the one above it, or the one above it may not issue. */
export class EvidenceChainInvalid extends EvidenceError {
  readonly code = "evidence_chain";
  readonly hint = "the certificates in the document do not belong together";
}

/** A certificate of the chain is not valid at the time asked about: not yet, or no longer. */
export class EvidenceExpired extends EvidenceError {
  readonly code = "evidence_expired";
  readonly hint = "evidence lives for hours: judge it as of the time at which its receipt was logged";
}

/** The chain ends in a root that the caller does not pin. */
export class EvidenceUntrustedRoot extends EvidenceError {
  readonly code = "evidence_untrusted_root";
  readonly hint = "compare the root's fingerprint with the vendor's; a simulated root is pinned only on purpose";
}

/** The document calls itself simulated, but its root is pinned as something else. */
export class EvidenceSimulated extends EvidenceError {
  readonly code = "evidence_simulated";
  readonly hint = "pin the root as `simulated`; no simulated document may ever count as hardware";
}

/** This verifier cannot read evidence of the type. */
export class EvidenceUnknownFamily extends EvidenceError {
  readonly code = "evidence_unknown_family";
  readonly hint = "a browser reads Nitro and SEV-SNP evidence; for the rest, run `assay attest verify`";
}

/** Nothing can be said about a document without collateral that is not there. */
export class EvidenceCollateralMissing extends EvidenceError {
  readonly code = "evidence_collateral_missing";
  readonly hint = "give the vendor's certificates and lists as collateral; evidence archives them beside the document";
}

/** The vendor has revoked a certificate of the chain. */
export class EvidenceRevoked extends EvidenceError {
  readonly code = "evidence_revoked";
  readonly hint = "a key of this platform is known to be compromised; do not trust what it signed";
}

/** An accelerator's evidence is for another machine, or for another moment of this one. */
export class EvidenceBorrowed extends EvidenceError {
  readonly code = "evidence_borrowed";
  readonly hint = "an accelerator answers the SHA-256 of its processor's evidence; ask the node for both anew";
}
