/** Distinguished names (RFC 5280 §4.1.2.4). */

import type { Bytes } from "../bytes";
import { DerReader, type Element, TAG } from "./der";
import { EvidenceMalformed } from "./errors";

export interface Name {
  /** The DER, by which two names are compared. */
  readonly encoded: Bytes;
  readonly attributes: readonly Attribute[];
}

export interface Attribute {
  /** Object identifier in dotted decimal. */
  readonly type: string;
  readonly value: Element;
}

export const COMMON_NAME = "2.5.4.3";

/** How the characters of each string type are written; the old single-byte types are read as ASCII. */
const ENCODINGS: Readonly<Record<number, string>> = {
  0x0c: "utf-8", // UTF8String
  0x12: "ascii", // NumericString
  0x13: "ascii", // PrintableString
  0x14: "ascii", // TeletexString
  0x16: "ascii", // IA5String
  0x1a: "ascii", // VisibleString
  0x1e: "utf-16be", // BMPString
};

/** The next element as a `Name`. */
export function readName(reader: DerReader): Name {
  const { content, encoded } = reader.read(TAG.sequence);
  const sets = new DerReader(content);
  const attributes: Attribute[] = [];
  while (!sets.atEnd) {
    const set = new DerReader(sets.read(TAG.set).content);
    do {
      const attribute = set.sequence();
      attributes.push({ type: attribute.oid(), value: attribute.read() });
      attribute.end();
    } while (!set.atEnd);
  }
  return { encoded, attributes };
}

/** The characters of a string type; throws `EvidenceMalformed` when they are none. */
export function textOf({ tag, content }: Element): string {
  const encoding = ENCODINGS[tag];
  if (encoding === undefined || (encoding === "ascii" && content.some((octet) => octet >= 0x80))) {
    throw new EvidenceMalformed("a string in a certificate is not text");
  }
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new EvidenceMalformed("a string in a certificate is not text");
  }
}
