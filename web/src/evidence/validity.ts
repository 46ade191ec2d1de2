/** Between which instants something holds. */

import { EvidenceExpired } from "./errors";

/** The instants, both included, between which something holds. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** When every one of `parts`, of which there is at least one, holds; empty when they never all do. */
export function ofAll(parts: readonly Validity[]): Validity {
  return {
    notBefore: new Date(Math.max(...parts.map((part) => part.notBefore.getTime()))),
    notAfter: new Date(Math.min(...parts.map((part) => part.notAfter.getTime()))),
  };
}

/** Throws `EvidenceExpired` unless the evidence holds at `at`. */
export function requireValid(validity: Validity, at: Date): void {
  if (!(validity.notBefore <= at && at <= validity.notAfter)) {
    const [from, to] = [validity.notBefore, validity.notAfter].map((instant) => instant.toISOString());
    throw new EvidenceExpired(`the evidence is valid from ${from} to ${to}, not at the time it is judged at`);
  }
}
