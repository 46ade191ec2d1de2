/** Cases and outcomes as JSON: the shape of `tests/vectors/evidence.json`. */

import { type Claims, type Evidence, EvidenceError, type TrustAnchor, verify } from "../src/evidence/index";

export interface Case {
  readonly name: string;
  readonly family: string;
  /** Base64. */
  readonly document: string;
  readonly collateral: Readonly<Record<string, string>>;
  readonly anchors: readonly TrustAnchor[];
  /** ISO 8601. */
  readonly at: string;
}

export type Outcome = { readonly claims: Record<string, unknown> } | { readonly error: string };

/** What the verifier makes of a case; anything it throws that is no `EvidenceError` is a bug and passes through. */
export async function outcome(of: Case): Promise<Outcome> {
  try {
    return { claims: toJson(await verify(evidenceOf(of), of.anchors, new Date(of.at))) };
  } catch (error) {
    if (error instanceof EvidenceError) return { error: error.code };
    throw error;
  }
}

export function evidenceOf({ family, document, collateral }: Case): Evidence {
  const decoded = Object.entries(collateral).map(([name, value]) => [name, bytes(value)]);
  return { family, document: bytes(document), collateral: Object.fromEntries(decoded) };
}

function toJson(claims: Claims): Record<string, unknown> {
  return {
    family: claims.family,
    anchor: claims.anchor,
    identity: claims.identity,
    measurements: claims.measurements,
    code: claims.code,
    bound: base64(claims.bound),
    nonce: base64(claims.nonce),
    public_key: base64(claims.publicKey),
    issued_at: time(claims.issuedAt),
    not_before: time(claims.notBefore),
    not_after: time(claims.notAfter),
    debug: claims.debug,
    versions: claims.versions,
    attributes: claims.attributes,
    missing: claims.missing,
  };
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

function base64(octets: Uint8Array | null): string | null {
  return octets === null ? null : Buffer.from(octets).toString("base64");
}

function time(instant: Date | null): string | null {
  return instant?.toISOString() ?? null;
}
