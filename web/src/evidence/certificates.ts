/** X.509 certificates (RFC 5280 §4): what the rules of a chain look at, read out and checked at once. */

import { type Bytes, sha256, toHex } from "../bytes";
import { context, DerReader, TAG } from "./der";
import { EvidenceMalformed } from "./errors";
import { type Extensions, parseExtensions, type Powers, powersOf } from "./extensions";
import { type Name, readName, textOf } from "./names";
import { PublicKey } from "./public_key";
import { readIdentifier, Signed } from "./signed";
import { readTime } from "./time";
import type { Validity } from "./validity";

const VERSION_1 = 0;
const VERSION_3 = 2;
const ISSUER_UNIQUE_ID = 0x81;
const SUBJECT_UNIQUE_ID = 0x82;

/** One certificate; nobody has checked yet who signed it. */
export interface Certificate {
  /** SHA-256 of the DER, in lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly serialNumber: Bytes;
  /** How the certificate, inside what is signed, says it is signed: an `AlgorithmIdentifier`. */
  readonly algorithm: Bytes;
  readonly issuer: Name;
  readonly subject: Name;
  /** The values of the subject's attributes. */
  readonly names: readonly string[];
  readonly validity: Validity;
  readonly publicKey: PublicKey;
  readonly extensions: Extensions;
  readonly powers: Powers;
  readonly signed: Signed;
}

/** Throws `EvidenceMalformed` when the bytes are not one certificate that can be read whole. */
export async function parseCertificate(der: Bytes): Promise<Certificate> {
  const signed = Signed.parse(der);
  const fields = DerReader.inside(signed.content);
  const version = readVersion(fields);
  const serialNumber = fields.integer();
  const algorithm = readIdentifier(fields);
  const issuer = readName(fields);
  const validity = readValidity(fields.sequence());
  const subject = readName(fields);
  const publicKey = await PublicKey.parse(fields.read(TAG.sequence).encoded);
  fields.optional(ISSUER_UNIQUE_ID);
  fields.optional(SUBJECT_UNIQUE_ID);
  const extensions = fields.optional(context(3));
  fields.end();
  if (extensions !== null && version !== VERSION_3) {
    throw new EvidenceMalformed("a certificate has extensions, which came with version 3, and an older version");
  }
  const parsed: Extensions = extensions === null ? new Map() : parseExtensions(extensions.content);
  return {
    fingerprint: toHex(await sha256(der)),
    serialNumber,
    algorithm,
    issuer,
    subject,
    names: subject.attributes.map(({ value }) => textOf(value)),
    validity,
    publicKey,
    extensions: parsed,
    powers: powersOf(parsed),
    signed,
  };
}

function readVersion(fields: DerReader): number {
  const explicit = fields.optional(context(0));
  if (explicit === null) return VERSION_1;
  const reader = new DerReader(explicit.content);
  const version = reader.count();
  reader.end();
  if (version !== VERSION_3) {
    throw new EvidenceMalformed("a certificate has a version that nobody issues");
  }
  return version;
}

function readValidity(reader: DerReader): Validity {
  const notBefore = readTime(reader);
  const notAfter = readTime(reader);
  reader.end();
  return { notBefore, notAfter };
}
