/** Revocation lists at a given time (RFC 5280 §6.3): complete lists, signed by the authority itself. */

import { type Bytes, equal, toHex } from "../bytes";
import type { Certificate } from "./certificates";
import { context, DerReader, TAG } from "./der";
import { EvidenceChainInvalid, EvidenceMalformed, EvidenceRevoked } from "./errors";
import { parseExtensions } from "./extensions";
import { type Name, readName } from "./names";
import { readIdentifier, Signed } from "./signed";
import { readTime } from "./time";
import type { Validity } from "./validity";

const VERSION_2 = 1;

/** A list whose issuer nobody has checked yet. */
export class RevocationList {
  private constructor(
    /** From `thisUpdate` to `nextUpdate`. */
    readonly validity: Validity,
    private readonly serialNumbers: ReadonlySet<string>,
    private readonly issuer: Name,
    private readonly algorithm: Bytes,
    private readonly signed: Signed,
  ) {}

  /** Throws `EvidenceMalformed` when `der` is not one list that can be read whole, or does not say its end. */
  static parse(der: Bytes): RevocationList {
    const signed = Signed.parse(der);
    const fields = DerReader.inside(signed.content);
    if (fields.nextIs(TAG.integer) && fields.count() !== VERSION_2) {
      throw new EvidenceMalformed("the revocation list has a version that nobody issues");
    }
    const algorithm = readIdentifier(fields);
    const issuer = readName(fields);
    const notBefore = readTime(fields);
    if (!fields.nextIs(TAG.utcTime) && !fields.nextIs(TAG.generalizedTime)) {
      throw new EvidenceMalformed("the revocation list does not say when the next one comes");
    }
    const notAfter = readTime(fields);
    const entries = fields.optional(TAG.sequence);
    const extensions = fields.optional(context(0));
    fields.end();
    if (extensions !== null) requireUnderstood(extensions.content);
    const serialNumbers = entries === null ? [] : readEntries(new DerReader(entries.content));
    return new RevocationList({ notBefore, notAfter }, new Set(serialNumbers), issuer, algorithm, signed);
  }

  /** Throws `EvidenceChainInvalid` unless `issuer`, already trusted, may sign lists and signed this one. */
  async verify(issuer: Certificate): Promise<void> {
    if (!issuer.powers.signsRevocationLists) {
      throw new EvidenceChainInvalid("the revocation list's issuer may not sign such lists");
    }
    const named = equal(this.issuer.encoded, issuer.subject.encoded);
    if (!named || !(await this.signed.isSignedBy(issuer.publicKey, this.algorithm))) {
      throw new EvidenceChainInvalid("the revocation list was not issued by the authority it should be from");
    }
  }

  /** Throws `EvidenceRevoked` when one of `certificates` is on the list, whenever that came about. */
  requireUnlisted(certificates: readonly Certificate[]): void {
    if (certificates.some(({ serialNumber }) => this.serialNumbers.has(toHex(serialNumber)))) {
      throw new EvidenceRevoked("a certificate of the chain is on its authority's revocation list");
    }
  }
}

/** The serial numbers of `revokedCertificates` (RFC 5280 §5.1.2.6), in hexadecimal. */
function readEntries(entries: DerReader): string[] {
  const serialNumbers: string[] = [];
  while (!entries.atEnd) {
    const entry = entries.sequence();
    serialNumbers.push(toHex(entry.integer()));
    readTime(entry);
    if (!entry.atEnd) requireUnderstood(entry.read(TAG.sequence).encoded);
    entry.end();
  }
  return serialNumbers;
}

/** A critical extension makes a list partial or indirect (RFC 5280 §5.2), or an entry something else (§5.3). */
function requireUnderstood(extensions: Bytes): void {
  if ([...parseExtensions(extensions).values()].some(({ critical }) => critical)) {
    throw new EvidenceMalformed("the revocation list has a critical extension that is not understood");
  }
}
