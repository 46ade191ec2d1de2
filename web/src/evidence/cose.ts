/** COSE_Sign1 (RFC 9052 §4.2) as Nitro uses it: ES384, nothing unprotected, payload inside. */

import { type Bytes, concat, equal, toUtf8 } from "../bytes";
import { decode, isBytes, isList, isMap } from "./cbor";
import { EvidenceMalformed } from "./errors";
import type { PublicKey } from "./public_key";
import * as p384 from "./p384";

/** The protected header `{1: -35}`: algorithm ES384 (RFC 9053 §2.1), and no more. */
const PROTECTED = new Uint8Array([0xa1, 0x01, 0x38, 0x22]);
const TAG_18 = 0xd2;

/** A parsed COSE_Sign1 whose signature nobody has checked yet. */
export class Sign1 {
  private constructor(
    readonly payload: Bytes,
    /** `r || s`, 96 bytes, big-endian (RFC 9053 §2.1). */
    private readonly signature: Bytes,
  ) {}

  /**
   * Reads `[protected, unprotected, payload, signature]`, with or without its tag 18.
   * Throws `EvidenceMalformed` for any other shape, algorithm, or header.
   */
  static parse(document: Bytes): Sign1 {
    const value = decode(document[0] === TAG_18 ? document.slice(1) : document);
    if (!isList(value) || value.length !== 4) {
      throw new EvidenceMalformed("the document is not a COSE_Sign1");
    }
    const [header, unprotected, payload, signature] = value;
    if (!isBytes(header) || !equal(header, PROTECTED)) {
      throw new EvidenceMalformed("the protected header is not exactly the algorithm ES384");
    }
    if (!isMap(unprotected) || unprotected.size > 0) {
      throw new EvidenceMalformed("the unprotected header, which no signature covers, is not empty");
    }
    if (!isBytes(payload)) {
      throw new EvidenceMalformed("the payload is not inside the document");
    }
    if (!isBytes(signature) || signature.length !== 2 * p384.HALF) {
      throw new EvidenceMalformed("an ES384 signature has 96 bytes");
    }
    return new Sign1(payload, signature);
  }

  /** Throws `EvidenceSignatureInvalid` unless the P-384 `key` signed this payload. */
  verify(key: PublicKey): Promise<void> {
    return p384.verify(key, this.signature, toBeSigned(this.payload));
  }
}

/** The `Sig_structure` that an ES384 signer signs, without external data (RFC 9052 §4.4). */
function toBeSigned(payload: Bytes): Bytes {
  const context = toUtf8("Signature1");
  return concat(
    new Uint8Array([0x84, 0x60 + context.length]),
    context,
    byteString(PROTECTED),
    byteString(new Uint8Array()),
    byteString(payload),
  );
}

/** A CBOR byte string of less than 64 KiB (RFC 8949 §3.1). */
function byteString(content: Bytes): Bytes {
  const { length } = content;
  if (length < 24) return concat(new Uint8Array([0x40 + length]), content);
  if (length < 0x100) return concat(new Uint8Array([0x58, length]), content);
  return concat(new Uint8Array([0x59, length >> 8, length & 0xff]), content);
}
