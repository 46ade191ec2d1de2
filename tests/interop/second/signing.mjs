/** Ed25519 (RFC 8032) over raw 32-byte keys. */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";

/** What RFC 8410 puts before the 32 bytes of a seed. */
const PKCS8_HEADER = Buffer.from("302e020100300506032b657004220420", "hex");

function privateKey(seed) {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEADER, seed]), format: "der", type: "pkcs8" });
}

/** The raw public key of a seed. */
export function publicKeyOf(seed) {
  return Buffer.from(createPublicKey(privateKey(seed)).export({ format: "jwk" }).x, "base64url");
}

/** The one signature of a message under a seed: Ed25519 draws no random numbers (RFC 8032 §5.1.6). */
export const signWith = (seed, message) => sign(null, message, privateKey(seed));

/** Whether `signature` is `key`'s over `message`. False, too, for a key that is none. */
export function isSignedBy(key, message, signature) {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
    return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
  } catch {
    return false;
  }
}
