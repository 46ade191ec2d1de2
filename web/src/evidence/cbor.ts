/**
 * Reads the part of CBOR (RFC 8949) that signed evidence is written in, and refuses the rest.
 *
 * Nothing but integers, strings, arrays, maps and null, and one way to write each of them. The one liberty is that a
 * map may have an indefinite length, because AWS Nitro writes its payload so.
 */

import { type Bytes, fromUtf8 } from "../bytes";
import { EvidenceMalformed } from "./errors";

export type Value = bigint | Bytes | string | readonly Value[] | CborMap | null;
export type CborMap = ReadonlyMap<bigint | string, Value>;

export function isBytes(value: Value | undefined): value is Bytes {
  return value instanceof Uint8Array;
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMap(value: Value | undefined): value is CborMap {
  return value instanceof Map;
}

/** Nested arrays and maps; the deepest evidence document has two. */
export const MAX_DEPTH = 4;

const NULL = 0xf6;
const INDEFINITE_MAP = 0xbf;
const BREAK = 0xff;

/**
 * The one value that `data` is the encoding of.
 *
 * Throws `EvidenceMalformed` for anything outside the subset: tags, floats, booleans, lengths not in their shortest
 * form, strings and arrays of indefinite length, a key twice in one map, a key that is neither integer nor text, deeper
 * nesting than `MAX_DEPTH`, bytes missing or left over.
 */
export function decode(data: Bytes): Value {
  const reader = new Reader(data);
  const value = reader.value(0);
  if (reader.position !== data.length) {
    throw new EvidenceMalformed("bytes follow the end of the CBOR value");
  }
  return value;
}

class Reader {
  position = 0;

  constructor(private readonly data: Bytes) {}

  value(depth: number): Value {
    if (depth > MAX_DEPTH) {
      throw new EvidenceMalformed("CBOR is nested too deeply");
    }
    if (this.skip(NULL)) return null;
    if (this.skip(INDEFINITE_MAP)) return this.openMap(depth);
    const [major, argument] = this.head();
    switch (major) { // RFC 8949 §3.1
      case 0:
        return argument;
      case 1:
        return -1n - argument;
      case 2:
        return this.take(argument);
      case 3:
        return this.text(argument);
      case 4:
        return this.array(argument, depth);
      case 5:
        return this.closedMap(argument, depth);
      default:
        throw new EvidenceMalformed("CBOR holds a tag, a float or a simple value where evidence has none");
    }
  }

  /** Major type and argument (RFC 8949 §3), the argument in its shortest form (§4.1). */
  private head(): [number, bigint] {
    const [initial = 0] = this.take(1n);
    const major = initial >> 5;
    const short = initial & 0x1f;
    if (short < 24) return [major, BigInt(short)];
    if (short > 27) {
      throw new EvidenceMalformed("CBOR has an indefinite or reserved length where evidence has none");
    }
    const size = 1n << BigInt(short - 24);
    const argument = this.take(size).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
    if (argument < (size === 1n ? 24n : 1n << (4n * size))) {
      throw new EvidenceMalformed("a CBOR length is not in its shortest form");
    }
    return [major, argument];
  }

  private text(length: bigint): string {
    const octets = this.take(length);
    try {
      return fromUtf8(octets);
    } catch {
      throw new EvidenceMalformed("a CBOR text string is not UTF-8");
    }
  }

  private array(length: bigint, depth: number): Value[] {
    const elements: Value[] = [];
    for (let left = length; left > 0n; left--) {
      elements.push(this.value(depth + 1));
    }
    return elements;
  }

  private closedMap(pairs: bigint, depth: number): CborMap {
    const entries = new Map<bigint | string, Value>();
    for (let left = pairs; left > 0n; left--) {
      this.entryInto(entries, depth);
    }
    return entries;
  }

  private openMap(depth: number): CborMap {
    const entries = new Map<bigint | string, Value>();
    while (!this.skip(BREAK)) {
      this.entryInto(entries, depth);
    }
    return entries;
  }

  private entryInto(entries: Map<bigint | string, Value>, depth: number): void {
    const key = this.value(depth + 1);
    if (typeof key !== "bigint" && typeof key !== "string") {
      throw new EvidenceMalformed("a CBOR map key is neither an integer nor text");
    }
    if (entries.has(key)) {
      throw new EvidenceMalformed("a CBOR map has one key twice");
    }
    entries.set(key, this.value(depth + 1));
  }

  /** Whether `byte` comes next; if so it is read. */
  private skip(byte: number): boolean {
    const found = this.data[this.position] === byte;
    if (found) this.position += 1;
    return found;
  }

  private take(length: bigint): Bytes {
    if (length > BigInt(this.data.length - this.position)) {
      throw new EvidenceMalformed("CBOR ends in the middle of a value");
    }
    const start = this.position;
    this.position += Number(length);
    return this.data.slice(start, this.position);
  }
}
