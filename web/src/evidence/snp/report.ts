/**
 * The ATTESTATION_REPORT of SEV-SNP firmware, in its versions 2 to 5.
 *
 * Source: AMD 56860, "SEV Secure Nested Paging Firmware ABI Specification", §7.3 (MSG_REPORT_RSP) and chapter 10 (the
 * signature's format). Numbers are little-endian.
 */

import { type Bytes, concat } from "../../bytes";
import { EvidenceMalformed } from "../errors";
import { HALF } from "../p384";

/** Bytes of a report. */
export const SIZE = 0x4a0;
/** Bytes of it that the signature, which follows, covers. */
const SIGNED = 0x2a0;
const FIRST_VERSION = 2;
const LAST_VERSION = 5;

const ECDSA_P384_SHA384 = 1;
/** Bytes of each of `r` and `s`; zeros fill up what a P-384 number leaves. */
const COMPONENT = 72;

/** Which key signed a report: the chip's own, a cloud's for all of its chips, or none. */
export type SigningKey = "VCEK" | "VLEK" | "NONE";
const SIGNING_KEYS: Readonly<Record<number, SigningKey>> = { 0: "VCEK", 1: "VLEK", 7: "NONE" };

/** A report's fields, named as in the specification; nothing of it has been checked yet. */
export interface Report {
  readonly version: number;
  readonly guestSvn: number;
  readonly policy: bigint;
  readonly familyId: Bytes;
  readonly imageId: Bytes;
  readonly vmpl: number;
  readonly currentTcb: Bytes;
  readonly platformInfo: bigint;
  /** AUTHOR_KEY_EN in bit 0, MASK_CHIP_KEY in bit 1, SIGNING_KEY in bits 2 to 4. */
  readonly keyInfo: number;
  readonly signingKey: SigningKey;
  readonly reportData: Bytes;
  readonly measurement: Bytes;
  readonly hostData: Bytes;
  readonly idKeyDigest: Bytes;
  readonly authorKeyDigest: Bytes;
  readonly reportedTcb: Bytes;
  /** Since version 3, as is the next; before it both are 0. */
  readonly cpuidFamId: number;
  readonly cpuidModId: number;
  /** 64 bytes; zeros when the operator masks it. */
  readonly chipId: Bytes;
  readonly committedTcb: Bytes;
  /** `major.minor.build` of the firmware. */
  readonly currentVersion: string;
  readonly committedVersion: string;
  readonly launchTcb: Bytes;
  /** Since version 5, as is the next; before it both are 0. */
  readonly launchMitVector: bigint;
  readonly currentMitVector: bigint;
  /** All the bytes above, as the firmware signed them. */
  readonly signed: Bytes;
  /** `r || s`, 96 bytes, big-endian. */
  readonly signature: Bytes;
}

/** Throws `EvidenceMalformed` when `document` is not one report of a known version and algorithm. */
export function parseReport(document: Bytes): Report {
  if (document.length !== SIZE) {
    throw new EvidenceMalformed(`an SEV-SNP report has ${SIZE} bytes`);
  }
  const view = new DataView(document.buffer, document.byteOffset, SIZE);
  const u32 = (offset: number) => view.getUint32(offset, true);
  const u64 = (offset: number) => view.getBigUint64(offset, true);
  const bytes = (offset: number, size: number) => document.slice(offset, offset + size);
  const version = u32(0x00);
  const keyInfo = u32(0x48);
  const signingKey = SIGNING_KEYS[(keyInfo >> 2) & 0b111];
  const signature = signatureIn(document.slice(SIGNED));
  if (version < FIRST_VERSION || version > LAST_VERSION) {
    throw new EvidenceMalformed(`no layout is known for version ${version} of the report`);
  }
  if (u32(0x34) !== ECDSA_P384_SHA384) {
    throw new EvidenceMalformed("the report's signature algorithm is not ECDSA P-384 with SHA-384");
  }
  if (signingKey === undefined) {
    throw new EvidenceMalformed("the report names no signing key that exists");
  }
  return {
    version,
    guestSvn: u32(0x04),
    policy: u64(0x08),
    familyId: bytes(0x10, 16),
    imageId: bytes(0x20, 16),
    vmpl: u32(0x30),
    currentTcb: bytes(0x38, 8),
    platformInfo: u64(0x40),
    keyInfo,
    signingKey,
    reportData: bytes(0x50, 64),
    measurement: bytes(0x90, 48),
    hostData: bytes(0xc0, 32),
    idKeyDigest: bytes(0xe0, 48),
    authorKeyDigest: bytes(0x110, 48),
    reportedTcb: bytes(0x180, 8),
    cpuidFamId: view.getUint8(0x188),
    cpuidModId: view.getUint8(0x189),
    chipId: bytes(0x1a0, 64),
    committedTcb: bytes(0x1e0, 8),
    currentVersion: firmware(bytes(0x1e8, 3)),
    committedVersion: firmware(bytes(0x1ec, 3)),
    launchTcb: bytes(0x1f0, 8),
    launchMitVector: u64(0x1f8),
    currentMitVector: u64(0x200),
    signed: document.slice(0, SIGNED),
    signature,
  };
}

function firmware([build, minor, major]: Bytes): string {
  return `${major}.${minor}.${build}`;
}

function signatureIn(field: Bytes): Bytes {
  const r = field.slice(0, HALF);
  const s = field.slice(COMPONENT, COMPONENT + HALF);
  const around = concat(field.slice(HALF, COMPONENT), field.slice(COMPONENT + HALF));
  // No signature covers these bytes: were they free, one report could be written in many ways.
  if (around.some((octet) => octet !== 0)) {
    throw new EvidenceMalformed("the bytes around the report's signature are not zero");
  }
  return concat(r.toReversed(), s.toReversed());
}
