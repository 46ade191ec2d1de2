/**
 * AMD SEV-SNP: the report of a guest, signed by a key of the chip's or of its cloud's that AMD certifies.
 *
 * The document is the bare ATTESTATION_REPORT, 1,184 bytes. What it is judged with comes beside it: see `collateral`.
 */

import { match, type TrustAnchor } from "../anchors";
import type { Bytes } from "../../bytes";
import { verifyChain } from "../chain";
import type { Claims, Collateral } from "../claims";
import * as p384 from "../p384";
import { ofAll, requireValid } from "../validity";
import { claimsOf, FAMILY } from "./claims";
import { readCollateral } from "./collateral";
import { readEndorsement, requireOf } from "./endorsement";
import { parseReport } from "./report";

export { FAMILY } from "./claims";

/**
 * What a report claims, once its signature and chain hold at `at` under one of `anchors`.
 *
 * `at` is the moment as of which the certificates and the revocation list must be valid. The claims' anchor is the one
 * that pins the ARK. `issuedAt` is null: a report has no clock.
 *
 * Throws an `EvidenceError`; `EvidenceChainInvalid` also when the report is not of the chip or the firmware that its
 * key is certified for.
 */
export async function verify(
  document: Bytes,
  anchors: readonly TrustAnchor[],
  at: Date,
  collateral: Collateral,
): Promise<Claims> {
  const report = parseReport(document);
  const { ark, ask, leaf, crl } = await readCollateral(collateral, report.signingKey);
  const anchor = match(ark.fingerprint, anchors, FAMILY);
  let validity = await verifyChain([ark, ask, leaf], at);
  if (crl !== null) {
    await crl.verify(ark);
    crl.requireUnlisted([ask, leaf]);
    validity = ofAll([validity, crl.validity]);
    requireValid(validity, at);
  }
  await p384.verify(p384.keyOf(leaf), report.signature, report.signed);
  const endorsement = readEndorsement(ask, leaf);
  requireOf(endorsement, report);
  return claimsOf(report, endorsement, anchor, validity, crl === null ? ["crl"] : []);
}
