/** Ed25519 (RFC 8032) over raw 32-byte keys. */
import { createPublicKey, verify } from "node:crypto";

/** Whether `signature` is `key`'s over `message`. False, too, for a key that is none. */
export function isSignedBy(key, message, signature) {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
    return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
  } catch {
    return false;
  }
}
