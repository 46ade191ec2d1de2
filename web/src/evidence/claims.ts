/** What a genuine piece of evidence says, before anybody judges it. */

import type { TrustAnchor } from "./anchors";
import type { Bytes } from "../bytes";

/** Endorsements and revocation lists, by the family's names for them. */
export type Collateral = Readonly<Record<string, Bytes>>;

/**
 * The claims of one attester, in the words of RATS (RFC 9334 §8).
 *
 * A parser fills this in once the signature and the chain hold, and decides nothing: whether these measurements, this
 * anchor or a debug enclave are acceptable is for the appraisal.
 */
export interface Claims {
  /** The evidence format, such as `nitro`. */
  readonly family: string;
  /** The pinned root the chain ends in; its kind says whether hardware stands behind all this. */
  readonly anchor: TrustAnchor;
  /** The attester's own name for itself. */
  readonly identity: string;
  /** What runs inside: register name (`PCR0`) to digest in lower-case hexadecimal. */
  readonly measurements: Readonly<Record<string, string>>;
  /** The registers among `measurements` that identify the code; in no production enclave are they all zero. */
  readonly code: readonly string[];
  /** Bytes the enclave chose to have signed, normally those of `bind`; may be empty. */
  readonly bound: Bytes;
  /** The caller's challenge, when the document carries one. */
  readonly nonce: Bytes | null;
  /** A key of the enclave's, when the document carries one. */
  readonly publicKey: Bytes | null;
  /** When the attester says it made this; null: the format has no clock. */
  readonly issuedAt: Date | null;
  /** From when the whole chain, and all collateral, is valid. */
  readonly notBefore: Date;
  /** Until when the whole chain, and all collateral, is valid, this instant included. */
  readonly notAfter: Date;
  /** Whether the operator could look inside: such an enclave keeps no secret. Null: the format has no such bit. */
  readonly debug: boolean | null;
  /** What the platform's parts say of their version. */
  readonly versions: Readonly<Record<string, string | number>>;
  /** Whatever else of the document a rule may look at, by the names of the family's specification. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Collateral that would have said more and was not there, by the family's names for it. */
  readonly missing: readonly string[];
}

/** Whether the code registers say anything; all zero, they belong to an enclave started to be debugged. */
export function measured(claims: Claims): boolean {
  return claims.code.some((register) => /[1-9a-f]/.test(claims.measurements[register] ?? ""));
}
