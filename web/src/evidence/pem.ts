/** Certificates as text (RFC 7468). */

import { type Bytes, fromBase64 } from "../bytes";
import { EvidenceMalformed } from "./errors";

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g;

/** The DER of each certificate, in order; throws `EvidenceMalformed` when there is none, or one cannot be read. */
export function certificatesIn(pem: Bytes): Bytes[] {
  // Octets as they are: whatever is not ASCII can only stand outside the blocks.
  const blocks = [...new TextDecoder("latin1").decode(pem).matchAll(BLOCK)];
  if (blocks.length === 0) {
    throw new EvidenceMalformed("what should be certificates in PEM is not");
  }
  try {
    return blocks.map(([, base64 = ""]) => fromBase64(base64.replace(/\s/g, "")));
  } catch {
    throw new EvidenceMalformed("what should be certificates in PEM is not");
  }
}
