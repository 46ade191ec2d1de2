/** The families of evidence that a browser reads, each by the module that reads it. */

import type { TrustAnchor } from "./anchors";
import type { Claims } from "./claims";
import { EvidenceUnknownFamily } from "./errors";
import type { Evidence } from "./evidence";
import * as nitro from "./nitro";
import * as snp from "./snp/index";

const FAMILIES = new Map([nitro, snp].map((family) => [family.FAMILY, family.verify]));

/**
 * What `evidence` claims, once its signature and chain hold at `at` under one of `anchors`.
 *
 * Throws an `EvidenceError`: `EvidenceUnknownFamily` for a family that a browser does not read, else whatever the
 * family found wrong.
 */
export async function verify(evidence: Evidence, anchors: readonly TrustAnchor[], at: Date): Promise<Claims> {
  const family = FAMILIES.get(evidence.family);
  if (family === undefined) {
    throw new EvidenceUnknownFamily(`this verifier knows no evidence of type ${JSON.stringify(evidence.family)}`);
  }
  return family(evidence.document, anchors, at, evidence.collateral);
}
