/** Spellings of bytes: strict where the specification says that there is only one (§1). */
import { createHash } from "node:crypto";
import { Refused, demand } from "./refused.mjs";

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Eight bytes, big-endian. */
export function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

export function utf8(bytes) {
  try {
    return STRICT_UTF8.decode(bytes);
  } catch {
    throw new Refused("This is not UTF-8.");
  }
}

/** Lower-case hex; of `length` bytes, if one is given. */
export function isHex(text, length) {
  const whole = typeof text === "string" && /^(?:[0-9a-f]{2})*$/.test(text);
  return whole && (length === undefined || text.length === 2 * length);
}

/** Decode the canonical spelling of RFC 4648 §4: padded, and with zero in the bits that pad. */
export function fromBase64(text) {
  const bytes = Buffer.from(text, "base64");
  demand(bytes.toString("base64") === text, "This is not base64.");
  return bytes;
}
