/**
 * The roots a verifier believes, each typed by what belief in it is worth.
 *
 * The type travels from the matched anchor into the claims and from there into the level; nothing in a document can
 * raise it. That is what keeps simulated evidence from ever reading as attested.
 */

import { EvidenceUntrustedRoot } from "./errors";

/**
 * What stands behind a root's signature: a vendor's hardware; a vendor's engineering parts, whose secrets are none;
 * or software, which proves the format and nothing about hardware.
 */
export type AnchorKind = "production" | "debug" | "simulated";

/** One pinned root certificate (RFC 9334 §7.4 trust anchor). */
export interface TrustAnchor {
  readonly kind: AnchorKind;
  /** The evidence format it may sign, such as `nitro`. */
  readonly family: string;
  /** For a person to read; no rule looks at it. */
  readonly name: string;
  /** SHA-256 of the root certificate's DER, in lower-case hexadecimal. */
  readonly fingerprint: string;
}

/**
 * The one of `anchors` that pins, for `family`, the root whose DER has this SHA-256.
 *
 * Throws `EvidenceUntrustedRoot` when there is none, or when two disagree about what the root is worth.
 */
export function match(fingerprint: string, anchors: readonly TrustAnchor[], family: string): TrustAnchor {
  const matching = anchors.filter((anchor) => anchor.family === family && anchor.fingerprint === fingerprint);
  const [first] = matching;
  if (first === undefined) {
    throw new EvidenceUntrustedRoot(`no ${family} anchor pins the root ${fingerprint}`);
  }
  if (matching.some((anchor) => anchor.kind !== first.kind)) {
    throw new EvidenceUntrustedRoot(`the root ${fingerprint} is pinned as two kinds at once`);
  }
  return first;
}
