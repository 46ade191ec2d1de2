/** What certificates and revocation lists have in common: content, signed (RFC 5280 §4.1.1 and §5.1.1). */

import { type Bytes, equal } from "../bytes";
import { DerReader, TAG } from "./der";
import type { PublicKey } from "./public_key";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "./signature_algorithm";

/** Signed content; nobody has checked yet by whom. */
export class Signed {
  private constructor(
    /** The fields, in a SEQUENCE. */
    readonly content: Bytes,
    private readonly identifier: Bytes,
    private readonly signature: Bytes,
    /** How it is signed; null when in no way that is believed. */
    readonly algorithm: SignatureAlgorithm,
  ) {}

  static parse(der: Bytes): Signed {
    const outer = DerReader.inside(der);
    const content = outer.read(TAG.sequence).encoded;
    const identifier = readIdentifier(outer);
    const signature = outer.octetAlignedBits();
    outer.end();
    return new Signed(content, identifier, signature, parseSignatureAlgorithm(identifier));
  }

  /** Whether `key` signed this, in the way that the content repeats, which must be the same. */
  async isSignedBy(key: PublicKey, repeated: Bytes): Promise<boolean> {
    return equal(repeated, this.identifier) && key.verify(this.algorithm, this.signature, this.content);
  }
}

/** The DER of the next element, an `AlgorithmIdentifier`. */
export function readIdentifier(reader: DerReader): Bytes {
  const { encoded } = reader.read(TAG.sequence);
  DerReader.inside(encoded).oid();
  return encoded;
}
