/** Octet strings, and how text carries them. */

import { FormatError } from "./errors";

/** Bytes in memory of their own, as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function concat(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

export function equal(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

export function toUtf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** The characters, a byte order mark among them; throws `FormatError` for what is not UTF-8. */
export function fromUtf8(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError("this is not UTF-8");
  }
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads what `toHex` wrote; throws `FormatError` for anything else. */
export function fromHex(text: string): Bytes {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) {
    throw new FormatError("this is not lower-case hexadecimal");
  }
  return Uint8Array.from({ length: text.length / 2 }, (_, index) => parseInt(text.slice(2 * index, 2 * index + 2), 16));
}

/** Standard Base64 (RFC 4648 §4). */
export function toBase64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Reads what `toBase64` wrote, padded and with no bits to spare; throws `FormatError` for anything else. */
export function fromBase64(text: string): Bytes {
  let octets: string;
  try {
    octets = atob(text);
  } catch {
    throw new FormatError("this is not Base64");
  }
  if (btoa(octets) !== text) {
    throw new FormatError("this Base64 is not in its one spelling");
  }
  return Uint8Array.from(octets, (octet) => octet.charCodeAt(0));
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export async function sha512(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", bytes));
}
