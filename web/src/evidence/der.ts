/** Reads DER (X.690): one way to write each value, lengths that fit, tag numbers below 31. */

import type { Bytes } from "../bytes";
import { EvidenceMalformed } from "./errors";

/** Identifier octets (X.690 §8.1.2) of the universal types that certificates are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of a constructed, context-specific tag, such as `[0]`. */
export function context(number: number): number {
  return 0xa0 | number;
}

export interface Element {
  readonly tag: number;
  readonly content: Bytes;
  /** Identifier, length and content. */
  readonly encoded: Bytes;
}

/** A cursor over elements that follow each other; everything it finds wrong is an `EvidenceMalformed`. */
export class DerReader {
  private position = 0;

  constructor(private readonly data: Bytes) {}

  /** The elements inside the one element of type `tag` that `data` is. */
  static inside(data: Bytes, tag: number = TAG.sequence): DerReader {
    const reader = new DerReader(data);
    const element = reader.read(tag);
    reader.end();
    return new DerReader(element.content);
  }

  get atEnd(): boolean {
    return this.position === this.data.length;
  }

  /** The next element, whose type is `tag` if one is given. */
  read(tag?: number): Element {
    const start = this.position;
    const identifier = this.octet();
    if ((identifier & 0x1f) === 0x1f || (tag !== undefined && identifier !== tag)) {
      throw new EvidenceMalformed("DER has an element of another type than its place asks for");
    }
    const length = this.length();
    if (length > this.data.length - this.position) {
      throw new EvidenceMalformed("DER ends in the middle of an element");
    }
    const content = this.data.slice(this.position, this.position + length);
    this.position += length;
    return { tag: identifier, content, encoded: this.data.slice(start, this.position) };
  }

  nextIs(tag: number): boolean {
    return this.data[this.position] === tag;
  }

  /** The next element if it has this type. */
  optional(tag: number): Element | null {
    return this.nextIs(tag) ? this.read(tag) : null;
  }

  sequence(): DerReader {
    return new DerReader(this.read(TAG.sequence).content);
  }

  /** BOOLEAN DEFAULT FALSE: in DER, FALSE is what is not written (X.690 §11.5). */
  flag(): boolean {
    const element = this.optional(TAG.boolean);
    if (element === null) return false;
    if (element.content.length !== 1 || element.content[0] !== 0xff) {
      throw new EvidenceMalformed("DER has a boolean that is neither TRUE nor left out");
    }
    return true;
  }

  /** The content octets of an INTEGER in its shortest form (X.690 §8.3.2). */
  integer(): Bytes {
    return shortestInteger(this.read(TAG.integer));
  }

  /** An INTEGER from 0 to 2^48. */
  count(): number {
    const octets = this.integer();
    if (octets.length > 6 || (octets[0] ?? 0) >= 0x80) {
      throw new EvidenceMalformed("DER has a number that is negative or too large");
    }
    return octets.reduce((number, octet) => number * 256 + octet, 0);
  }

  /** OBJECT IDENTIFIER in dotted decimal (X.690 §8.19). */
  oid(): string {
    const { content } = this.read(TAG.oid);
    const arcs: number[] = [];
    let arc = 0;
    let started = false;
    for (const octet of content) {
      if ((!started && octet === 0x80) || arc >= 2 ** 40) {
        throw new EvidenceMalformed("DER has an object identifier that is not in its shortest form");
      }
      arc = arc * 128 + (octet & 0x7f);
      started = octet >= 0x80;
      if (!started) {
        arcs.push(arc);
        arc = 0;
      }
    }
    const [first] = arcs;
    if (first === undefined || started) {
      throw new EvidenceMalformed("DER has an object identifier cut short");
    }
    const top = Math.min(Math.floor(first / 40), 2);
    return [top, first - 40 * top, ...arcs.slice(1)].join(".");
  }

  /** A BIT STRING of whole octets, as keys and signatures are. */
  octetAlignedBits(): Bytes {
    const { content } = this.read(TAG.bitString);
    if (content[0] !== 0) {
      throw new EvidenceMalformed("DER has a bit string that does not end with an octet");
    }
    return content.slice(1);
  }

  /** Throws when anything is left. */
  end(): void {
    if (!this.atEnd) {
      throw new EvidenceMalformed("DER has elements that nothing asks for");
    }
  }

  private octet(): number {
    const octet = this.data[this.position];
    if (octet === undefined) {
      throw new EvidenceMalformed("DER ends where an element should be");
    }
    this.position += 1;
    return octet;
  }

  /** A definite length in the shortest form (X.690 §10.1). */
  private length(): number {
    const first = this.octet();
    if (first < 0x80) return first;
    const size = first & 0x7f;
    if (size === 0 || size > 4) {
      throw new EvidenceMalformed("DER has a length that is indefinite or beyond 32 bits");
    }
    let length = 0;
    for (let left = size; left > 0; left--) {
      length = length * 256 + this.octet();
    }
    if (length < (size === 1 ? 0x80 : 256 ** (size - 1))) {
      throw new EvidenceMalformed("DER has a length that is not in its shortest form");
    }
    return length;
  }
}

function shortestInteger({ content }: Element): Bytes {
  const [first, second = 0] = content;
  if (first === undefined || (content.length > 1 && first === (second < 0x80 ? 0x00 : 0xff))) {
    throw new EvidenceMalformed("DER has an integer that is not in its shortest form");
  }
  return content;
}
