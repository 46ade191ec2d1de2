/** DSSE, how signed things are signed: Dead Simple Signing Envelope v1.0, with Ed25519. */

import { type Bytes, concat, sha256, toHex, toUtf8 } from "./bytes";

/** PAE: what is signed in place of the payload itself, so that a type cannot be swapped. */
export function preAuthenticationEncoding(payloadType: string, payload: Bytes): Bytes {
  const kind = toUtf8(payloadType);
  return concat(toUtf8(`DSSEv1 ${kind.length} `), kind, toUtf8(` ${payload.length} `), payload);
}

/** SHA-256 of the raw 32-byte Ed25519 public key, in lower-case hexadecimal. */
export async function keyId(publicKey: Bytes): Promise<string> {
  return toHex(await sha256(publicKey));
}

/**
 * Whether `publicKey`, raw, made `signature` over the payload (RFC 8032 §5.1.7).
 *
 * Rejects with the browser's `NotSupportedError` where WebCrypto has no Ed25519: before Chromium 137, Firefox 129 and
 * Safari 17.
 */
export async function isSigned(
  publicKey: Bytes,
  payloadType: string,
  payload: Bytes,
  signature: Bytes,
): Promise<boolean> {
  const key = await importKey(publicKey);
  return key !== null
    && crypto.subtle.verify("Ed25519", key, signature, preAuthenticationEncoding(payloadType, payload));
}

/** Null for what is no key. */
async function importKey(raw: Bytes): Promise<CryptoKey | null> {
  try {
    return await crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof DOMException && error.name === "DataError") return null;
    throw error;
  }
}
