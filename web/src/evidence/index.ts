/**
 * Evidence: a document of a trusted execution environment, checked down to a pinned root, in the browser.
 *
 * Each family has one verb, `verify(document, anchors, at, collateral) -> Claims`. A parser says what the evidence
 * claims; what that is worth is for whoever asked. WebCrypto is all it stands on, so a page needs a secure context.
 */

import type { TrustAnchor } from "./anchors";
import type { Bytes } from "./bytes";
import type { Claims, Collateral } from "./claims";
import { EvidenceUnknownFamily } from "./errors";
import * as nitro from "./nitro";
import * as snp from "./snp/index";

export type { AnchorKind, TrustAnchor } from "./anchors";
export { type Claims, type Collateral, measured } from "./claims";
export * from "./errors";
export * from "./roots";

/** What a verifier is handed; nothing in it has been checked yet. */
export interface Evidence {
  /** The format, which says who can read it: `nitro` or `snp`. */
  readonly family: string;
  readonly document: Bytes;
  readonly collateral: Collateral;
}

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
