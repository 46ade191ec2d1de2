/** Certificate extensions (RFC 5280 §4.2), of which a chain obeys two. */

import type { Bytes } from "../bytes";
import { DerReader, TAG } from "./der";
import { EvidenceMalformed } from "./errors";

export interface Extension {
  readonly critical: boolean;
  /** What is inside the OCTET STRING. */
  readonly value: Bytes;
}

export type Extensions = ReadonlyMap<string, Extension>;

const KEY_USAGE = "2.5.29.15";
const BASIC_CONSTRAINTS = "2.5.29.19";

/** The bits of `KeyUsage` (RFC 5280 §4.2.1.3), numbered as there. */
const DIGITAL_SIGNATURE = 0;
const KEY_CERT_SIGN = 5;
const CRL_SIGN = 6;

/** `Extensions`, by object identifier in dotted decimal; an identifier may come once. */
export function parseExtensions(encoded: Bytes): Extensions {
  const reader = DerReader.inside(encoded);
  const extensions = new Map<string, Extension>();
  do {
    const extension = reader.sequence();
    const oid = extension.oid();
    const critical = extension.flag();
    const value = extension.read(TAG.octetString).content;
    extension.end();
    if (extensions.has(oid)) {
      throw new EvidenceMalformed("a certificate has one extension twice");
    }
    extensions.set(oid, { critical, value });
  } while (!reader.atEnd);
  return extensions;
}

/** What an issuer may do (RFC 5280 §4.2.1.9 and §4.2.1.3); a key without stated usages may do everything. */
export interface Powers {
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and a leaf; null: any number. */
  readonly pathLength: number | null;
  readonly signsCertificates: boolean;
  readonly signsRevocationLists: boolean;
  readonly signsDocuments: boolean;
  /** Whether a critical extension is there that no rule knows. */
  readonly notUnderstood: boolean;
}

/** Throws `EvidenceMalformed` when one of the two extensions cannot be read. */
export function powersOf(extensions: Extensions): Powers {
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  const usage = extensions.get(KEY_USAGE);
  const allows = usage === undefined ? () => true : parseUsage(usage.value);
  return {
    ...(constraints === undefined ? { isAuthority: false, pathLength: null } : parseConstraints(constraints.value)),
    signsDocuments: allows(DIGITAL_SIGNATURE),
    signsCertificates: allows(KEY_CERT_SIGN),
    signsRevocationLists: allows(CRL_SIGN),
    notUnderstood: [...extensions].some(
      ([oid, { critical }]) => critical && oid !== BASIC_CONSTRAINTS && oid !== KEY_USAGE,
    ),
  };
}

function parseConstraints(encoded: Bytes): Pick<Powers, "isAuthority" | "pathLength"> {
  const constraints = DerReader.inside(encoded);
  const isAuthority = constraints.flag();
  const pathLength = constraints.atEnd ? null : constraints.count();
  constraints.end();
  return { isAuthority, pathLength };
}

/** A `BIT STRING` of named bits, as the question whether one of them is set. */
function parseUsage(encoded: Bytes): (bit: number) => boolean {
  const reader = new DerReader(encoded);
  const [unused = 8, ...octets] = reader.read(TAG.bitString).content;
  reader.end();
  const last = octets.at(-1) ?? 0;
  if (unused > 7 || (octets.length === 0 && unused > 0) || (last & ((1 << unused) - 1)) !== 0) {
    throw new EvidenceMalformed("a certificate's key usage is not a bit string");
  }
  return (bit) => ((octets[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
