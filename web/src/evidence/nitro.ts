/**
 * AWS Nitro attestation documents, real or simulated: the same bytes, the same rules, another root.
 *
 * The format is that of the Nitro Secure Module: a COSE_Sign1 over a CBOR map, signed by a leaf that lives for some
 * three hours, with the chain from the leaf to the root inside.
 * Source: aws-nitro-enclaves-nsm-api, docs/attestation_process.md.
 */

import { match, type TrustAnchor } from "./anchors";
import { type Bytes, toHex } from "../bytes";
import { type CborMap, decode, isBytes, isList, isMap, type Value } from "./cbor";
import { type Certificate, parseCertificate } from "./certificates";
import { verifyChain } from "./chain";
import type { Claims, Collateral } from "./claims";
import { Sign1 } from "./cose";
import { EvidenceMalformed, EvidenceSimulated } from "./errors";
import * as p384 from "./p384";

export const FAMILY = "nitro";

/** A document or certificate that names itself with this word is not from hardware and says so. */
export const SIMULATED_MARK = "SIMULATED";

/** Bytes; the Nitro Secure Module answers in at most 12 KiB. */
export const MAX_DOCUMENT = 16 * 1024;
const MAX_USER_DATA = 512;
const MAX_NONCE = 512;
const MAX_PUBLIC_KEY = 1024;
const MAX_CERTIFICATE = 1024;
/** Authorities above the leaf; AWS's regions have four. */
const MAX_CABUNDLE = 8;

/** Bytes of a register: SHA-384. */
const PCR_SIZE = 48;
/** The registers that say what runs: image, kernel, application. */
const CODE_PCRS = [0, 1, 2];
const PCRS = 32;

/** The last millisecond of the year 9999. */
const MAX_INSTANT = 253_402_300_799_999n;

const REQUIRED = ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"];
const OPTIONAL = ["public_key", "user_data", "nonce"];

/** The signed map, its limits checked and nothing believed yet. */
interface Payload {
  readonly moduleId: string;
  readonly issuedAt: Date;
  /** Register name to digest. */
  readonly pcrs: Readonly<Record<string, string>>;
  readonly certificate: Bytes;
  readonly cabundle: readonly Bytes[];
  readonly publicKey: Bytes | null;
  readonly userData: Bytes | null;
  readonly nonce: Bytes | null;
}

/**
 * What a Nitro document claims, once its signature and chain hold at `at` under one of `anchors`.
 *
 * `document` is the bare COSE_Sign1, without padding. The claims' anchor is the one that pins the document's root;
 * nothing in the document can change its kind. `debug` is null: the format has no bit for it, an enclave that was
 * started in debug mode shows zeros in PCR0 to PCR2. The document carries all it needs, so `collateral` is empty.
 *
 * Throws an `EvidenceError`.
 */
export async function verify(
  document: Bytes,
  anchors: readonly TrustAnchor[],
  at: Date,
  collateral: Collateral = {},
): Promise<Claims> {
  if (Object.keys(collateral).length > 0) {
    throw new EvidenceMalformed("a Nitro document needs no collateral");
  }
  if (document.length > MAX_DOCUMENT) {
    throw new EvidenceMalformed(`a Nitro document has at most ${MAX_DOCUMENT} bytes`);
  }
  const envelope = Sign1.parse(document);
  const payload = parsePayload(envelope.payload);
  const authorities = await Promise.all(payload.cabundle.map(parseCertificate));
  const leaf = await parseCertificate(payload.certificate);
  const chain = [...authorities, leaf];

  const anchor = match((chain[0] as Certificate).fingerprint, anchors, FAMILY);
  const validity = await verifyChain(chain, at);
  await envelope.verify(p384.keyOf(leaf));
  if (anchor.kind !== "simulated" && callsItselfSimulated(payload, chain)) {
    throw new EvidenceSimulated(`a simulated document came under a ${anchor.kind} root`);
  }
  return {
    family: FAMILY,
    anchor,
    identity: payload.moduleId,
    measurements: payload.pcrs,
    code: CODE_PCRS.map(register),
    bound: payload.userData ?? new Uint8Array(),
    nonce: payload.nonce,
    publicKey: payload.publicKey,
    issuedAt: payload.issuedAt,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    debug: null,
    versions: {},
    attributes: {},
    missing: [],
  };
}

function register(index: number): string {
  return `PCR${index}`;
}

function callsItselfSimulated(payload: Payload, chain: readonly Certificate[]): boolean {
  return [payload.moduleId, ...chain.flatMap(({ names }) => names)].some((name) => name.includes(SIMULATED_MARK));
}

function parsePayload(data: Bytes): Payload {
  const fields = decode(data);
  if (!isMap(fields) || !hasTheFieldsOfADocument(fields)) {
    throw new EvidenceMalformed("the payload does not have exactly the fields of an attestation document");
  }
  if (fields.get("digest") !== "SHA384") {
    throw new EvidenceMalformed("the digest is not SHA384");
  }
  return {
    moduleId: name(fields.get("module_id")),
    issuedAt: instant(fields.get("timestamp")),
    pcrs: pcrs(fields.get("pcrs")),
    certificate: octets(fields.get("certificate"), 1, MAX_CERTIFICATE),
    cabundle: cabundle(fields.get("cabundle")),
    publicKey: optional(fields.get("public_key"), 1, MAX_PUBLIC_KEY),
    userData: optional(fields.get("user_data"), 0, MAX_USER_DATA),
    nonce: optional(fields.get("nonce"), 0, MAX_NONCE),
  };
}

function hasTheFieldsOfADocument(fields: CborMap): boolean {
  const known = new Set<bigint | string>([...REQUIRED, ...OPTIONAL]);
  return REQUIRED.every((field) => fields.has(field)) && [...fields.keys()].every((field) => known.has(field));
}

function name(value: Value | undefined): string {
  // It is shown to people, so control characters are out.
  if (typeof value === "string" && /^[ -~]+$/.test(value)) return value;
  throw new EvidenceMalformed("the module id is not printable ASCII");
}

function instant(milliseconds: Value | undefined): Date {
  if (typeof milliseconds === "bigint" && milliseconds > 0n && milliseconds <= MAX_INSTANT) {
    return new Date(Number(milliseconds));
  }
  throw new EvidenceMalformed("the timestamp is not a time in milliseconds since 1970");
}

function pcrs(value: Value | undefined): Record<string, string> {
  const numbers = isMap(value) ? [...Array(PCRS).keys()].filter((number) => value.has(BigInt(number))) : [];
  if (!isMap(value) || numbers.length !== value.size || !CODE_PCRS.every((number) => numbers.includes(number))) {
    throw new EvidenceMalformed("the registers are not numbered from 0 to at most 31, or lack one of PCR0 to PCR2");
  }
  return Object.fromEntries(
    numbers.map((number) => [register(number), toHex(octets(value.get(BigInt(number)), PCR_SIZE, PCR_SIZE))]),
  );
}

function cabundle(value: Value | undefined): Bytes[] {
  if (!isList(value) || value.length < 1 || value.length > MAX_CABUNDLE) {
    throw new EvidenceMalformed(`the bundle does not hold 1 to ${MAX_CABUNDLE} certificates`);
  }
  return value.map((der) => octets(der, 1, MAX_CERTIFICATE));
}

function optional(value: Value | undefined, atLeast: number, atMost: number): Bytes | null {
  return value === null || value === undefined ? null : octets(value, atLeast, atMost);
}

function octets(value: Value | undefined, atLeast: number, atMost: number): Bytes {
  if (isBytes(value) && value.length >= atLeast && value.length <= atMost) return value;
  throw new EvidenceMalformed(`a field is not a byte string of ${atLeast} to ${atMost} bytes`);
}
