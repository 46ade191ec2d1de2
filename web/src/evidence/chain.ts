/** Certificate chains under a pinned root, at a given time (RFC 5280 §6.1 without policies and revocation). */

import { equal } from "../bytes";
import type { Certificate } from "./certificates";
import { EvidenceChainInvalid } from "./errors";
import { ofAll, requireValid, type Validity } from "./validity";

/**
 * Checks that each certificate issued the next, and that all are valid at `at`.
 *
 * `chain` runs from the root, which the caller has pinned, down to the leaf, which must be allowed to sign. The result
 * is the time during which the whole chain is valid. Throws `EvidenceChainInvalid` or `EvidenceExpired`.
 */
export async function verifyChain(chain: readonly Certificate[], at: Date): Promise<Validity> {
  if (chain.some((certificate) => certificate.powers.notUnderstood)) {
    throw new EvidenceChainInvalid("a certificate has a critical extension that is not understood");
  }
  for (const [height, subject] of chain.slice(1).entries()) {
    const issuer = chain[height] as Certificate;
    requireAuthority(issuer, chain.length - 2 - height);
    await requireIssued(issuer, subject);
  }
  if (!chain.at(-1)?.powers.signsDocuments) {
    throw new EvidenceChainInvalid("the leaf certificate's key may not sign");
  }
  const validity = ofAll(chain.map((certificate) => certificate.validity));
  requireValid(validity, at);
  return validity;
}

/** RFC 5280 §6.1.4 (k) to (n): only an authority issues, and no more levels than it is granted. */
function requireAuthority({ powers }: Certificate, intermediatesBelow: number): void {
  if (!powers.isAuthority) {
    throw new EvidenceChainInvalid("an issuing certificate is not a certificate authority");
  }
  if (powers.pathLength !== null && powers.pathLength < intermediatesBelow) {
    throw new EvidenceChainInvalid("the chain is longer than one of its authorities allows");
  }
  if (!powers.signsCertificates) {
    throw new EvidenceChainInvalid("an issuing certificate's key may not sign certificates");
  }
}

/** RFC 5280 §6.1.3 (a)(1) and (a)(4): the names join up, and the issuer's key signed the subject. */
async function requireIssued(issuer: Certificate, subject: Certificate): Promise<void> {
  if (subject.signed.algorithm === null) {
    throw new EvidenceChainInvalid("a certificate is signed in a way that is not believed");
  }
  const named = equal(subject.issuer.encoded, issuer.subject.encoded);
  if (!named || !(await subject.signed.isSignedBy(issuer.publicKey, subject.algorithm))) {
    throw new EvidenceChainInvalid("a certificate was not issued by the one above it");
  }
}
