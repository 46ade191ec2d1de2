/** Public keys of certificates (RFC 5480, RFC 4055), and what they signed, checked by WebCrypto. */

import { type Bytes, concat } from "../bytes";
import { DerReader, TAG } from "./der";
import { EvidenceMalformed } from "./errors";
import type { Hash, SignatureAlgorithm } from "./signature_algorithm";

export type Curve = "P-256" | "P-384" | "P-521";

const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";

const CURVES: Readonly<Record<string, Curve>> = {
  "1.2.840.10045.3.1.7": "P-256",
  "1.3.132.0.34": "P-384",
  "1.3.132.0.35": "P-521",
};
const COORDINATE_SIZE: Readonly<Record<Curve, number>> = { "P-256": 32, "P-384": 48, "P-521": 66 };

/** A `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) on a curve or of RSA. */
export class PublicKey {
  private constructor(
    private readonly spki: Bytes,
    /** Null for RSA. */
    readonly curve: Curve | null,
  ) {}

  /** Throws `EvidenceMalformed` for a key of another kind, or one that is no point on its curve. */
  static async parse(spki: Bytes): Promise<PublicKey> {
    const info = DerReader.inside(spki);
    const algorithm = info.sequence();
    const oid = algorithm.oid();
    let curve: Curve | null = null;
    if (oid === EC_PUBLIC_KEY) {
      curve = CURVES[algorithm.oid()] ?? null;
    } else {
      algorithm.read(TAG.null);
    }
    algorithm.end();
    info.octetAlignedBits();
    info.end();
    if (curve === null && oid !== RSA_ENCRYPTION) {
      throw new EvidenceMalformed("a certificate's key is neither of RSA nor on a curve that WebCrypto knows");
    }
    const key = new PublicKey(spki, curve);
    await key.import("SHA-384");
    return key;
  }

  /** Whether this key made `signature`, as a certificate carries it, over `data`. */
  async verify(algorithm: SignatureAlgorithm, signature: Bytes, data: Bytes): Promise<boolean> {
    if (algorithm?.name === "RSA-PSS" && this.curve === null) {
      return crypto.subtle.verify(algorithm, await this.import(algorithm.hash), signature, data);
    }
    if (algorithm?.name === "ECDSA" && this.curve !== null) {
      const fixed = fixedSize(signature, COORDINATE_SIZE[this.curve]);
      return fixed !== null && this.verifyEcdsa(algorithm.hash, fixed, data);
    }
    return false;
  }

  /** Whether this key made `signature`, `r || s` big-endian at the size of its curve, over `data`. */
  async verifyEcdsa(hash: Hash, signature: Bytes, data: Bytes): Promise<boolean> {
    return this.curve !== null
      && crypto.subtle.verify({ name: "ECDSA", hash }, await this.import(hash), signature, data);
  }

  private async import(hash: Hash): Promise<CryptoKey> {
    const { curve } = this;
    const algorithm = curve === null ? { name: "RSA-PSS", hash } : { name: "ECDSA", namedCurve: curve };
    try {
      return await crypto.subtle.importKey("spki", this.spki, algorithm, false, ["verify"]);
    } catch {
      throw new EvidenceMalformed("a certificate's key is not one");
    }
  }
}

/** `r || s` of `size` bytes each from an `Ecdsa-Sig-Value` (RFC 3279 §2.2.3); null for what no signer wrote. */
function fixedSize(signature: Bytes, size: number): Bytes | null {
  try {
    const pair = DerReader.inside(signature);
    const halves = [pair.integer(), pair.integer()].map((number) => unsigned(number, size));
    pair.end();
    return concat(...halves);
  } catch {
    return null;
  }
}

function unsigned(integer: Bytes, size: number): Bytes {
  const magnitude = integer[0] === 0 ? integer.slice(1) : integer;
  if (magnitude.length > size || (integer[0] ?? 0) >= 0x80) {
    throw new EvidenceMalformed("a number of an ECDSA signature is negative or too large");
  }
  return concat(new Uint8Array(size - magnitude.length), magnitude);
}
