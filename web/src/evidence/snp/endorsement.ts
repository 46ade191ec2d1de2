/**
 * What AMD certifies about the key that signs reports: which chip or provider it is for, and which firmware.
 *
 * Source: AMD 57230, "Versioned Chip Endorsement Key (VCEK) Certificate and KDS Interface Specification", §3, and the
 * certificates themselves: a number is a DER INTEGER, a name an IA5String, a chip's name its bare bytes.
 */

import { type Bytes, toHex } from "../../bytes";
import type { Certificate } from "../certificates";
import { DerReader, TAG } from "../der";
import { EvidenceChainInvalid, EvidenceMalformed } from "../errors";
import type { Extensions } from "../extensions";
import { COMMON_NAME, textOf } from "../names";
import { chipIdSize, lineOfCpuid, partsOf, type ProductLine, type Svns, svnsOf } from "./product";
import type { Report, SigningKey } from "./report";

const AMD = "1.3.6.1.4.1.3704.1";
const PRODUCT_NAME = `${AMD}.2`;
const CHIP_ID = `${AMD}.4`;
const CSP_ID = `${AMD}.5`;
const SVNS: Readonly<Record<string, string>> = {
  bootloader: `${AMD}.3.1`,
  tee: `${AMD}.3.2`,
  snp: `${AMD}.3.3`,
  microcode: `${AMD}.3.8`,
  fmc: `${AMD}.3.9`,
};

/** The ASK, which issues VCEKs, is named SEV-Milan; the ASVK, which issues VLEKs, is named SEV-VLEK-Milan. */
const ISSUER = /^SEV-(VLEK-)?(Milan|Genoa|Turin)$/;

const CHIP_ID_FIELD = 64;

/** The certified properties of a VCEK or a VLEK. */
export interface Endorsement {
  readonly kind: SigningKey;
  readonly line: ProductLine;
  /** With its stepping, such as `Milan-B0`. */
  readonly productName: string;
  /** The firmware that the key was derived for. */
  readonly svns: Svns;
  /** The chip's name in hexadecimal of a VCEK, the provider's of a VLEK. */
  readonly identity: string;
}

/**
 * Of `leaf`, which `issuer` is known to have issued.
 *
 * Throws `EvidenceChainInvalid` when these are not AMD's two kinds of certificates, `EvidenceMalformed` when an
 * extension is missing or cannot be read.
 */
export function readEndorsement(issuer: Certificate, leaf: Certificate): Endorsement {
  const commonNames = issuer.subject.attributes.filter(({ type }) => type === COMMON_NAME);
  const named = commonNames.map(({ value }) => ISSUER.exec(textOf(value))).find((found) => found !== null);
  if (!named) {
    throw new EvidenceChainInvalid("the issuer of the signing key is not named as AMD names its own");
  }
  const line = named[2] as ProductLine;
  const kind = named[1] === undefined ? "VCEK" : "VLEK";
  return {
    kind,
    line,
    productName: nameIn(leaf.extensions, PRODUCT_NAME),
    svns: Object.fromEntries(partsOf(line).map((part) => [part, svnIn(leaf.extensions, SVNS[part] as string)])),
    identity: kind === "VLEK" ? nameIn(leaf.extensions, CSP_ID) : toHex(chipIdIn(leaf.extensions, line)),
  };
}

/** Throws `EvidenceChainInvalid` when the key was not certified for what the report says it comes from. */
export function requireOf(endorsement: Endorsement, report: Report): void {
  const { kind, line, svns, identity } = endorsement;
  if (kind !== report.signingKey) {
    throw new EvidenceChainInvalid(`the report says it is signed by a ${report.signingKey}`);
  }
  if (report.version >= 3 && line !== lineOfCpuid(report.cpuidFamId, report.cpuidModId)) {
    throw new EvidenceChainInvalid("the report is of another processor than its signing key");
  }
  const reported = svnsOf(line, report.reportedTcb);
  if (partsOf(line).some((part) => reported[part] !== svns[part])) {
    throw new EvidenceChainInvalid("the report says another firmware than its signing key is for");
  }
  const chipId = toHex(report.chipId);
  if (kind === "VCEK" && ![identity.padEnd(2 * CHIP_ID_FIELD, "0"), "0".repeat(2 * CHIP_ID_FIELD)].includes(chipId)) {
    throw new EvidenceChainInvalid("the report is of another chip than its signing key");
  }
}

function chipIdIn(extensions: Extensions, line: ProductLine): Bytes {
  const chipId = extensions.get(CHIP_ID)?.value;
  if (chipId?.length !== chipIdSize(line)) {
    throw new EvidenceMalformed(`a chip of ${line} has a name of ${chipIdSize(line)} bytes`);
  }
  return chipId;
}

function nameIn(extensions: Extensions, oid: string): string {
  const reader = contentOf(extensions, oid);
  const name = textOf(reader.read(TAG.ia5String));
  reader.end();
  // It is shown to people, so control characters are out.
  if (!/^[ -~]+$/.test(name)) {
    throw new EvidenceMalformed("a name in the signing key's certificate is not printable ASCII");
  }
  return name;
}

function svnIn(extensions: Extensions, oid: string): number {
  const reader = contentOf(extensions, oid);
  const svn = reader.count();
  reader.end();
  if (svn > 255) {
    throw new EvidenceMalformed("a version in the signing key's certificate is not from 0 to 255");
  }
  return svn;
}

function contentOf(extensions: Extensions, oid: string): DerReader {
  return new DerReader(extensions.get(oid)?.value ?? new Uint8Array());
}
