import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, MAX_DEPTH } from "../src/evidence/cbor";
import { EvidenceMalformed } from "../src/evidence/errors";

const REFUSED = {
  "nothing": "",
  "bytes left over": "0000",
  "length not in shortest form": "1817",
  "length not in shortest form, wide": "1b00000000ffffffff",
  "map with a long length": "b800",
  "reserved length": "1c",
  "string cut short": "4200",
  "announces 2^64-1 bytes": "5bffffffffffffffff",
  "announces 2^64-1 elements": "9bffffffffffffffff",
  "announces 2^64-1 pairs": "bbffffffffffffffff",
  "indefinite byte string": "5f4100ff",
  "indefinite text": "7f6161ff",
  "indefinite array": "9f00ff",
  "indefinite map without end": "bf0000",
  "indefinite map that ends after a key": "bf00ff",
  "break outside": "ff",
  "key twice": "a200000001",
  "key twice, indefinite": "bf00000001ff",
  "key is bytes": "a1410000",
  "key is null": "a1f600",
  "key is an array": "a18000",
  "text is not UTF-8": "61ff",
  "text is a surrogate": "63eda080",
  "tag": "c060",
  "boolean": "f5",
  "undefined": "f7",
  "float": "f93c00",
};

for (const [name, hex] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => {
    assert.throws(() => decode(bytes(hex)), EvidenceMalformed);
  });
}

test("integers are exact up to 64 bits", () => {
  assert.equal(decode(bytes("1bffffffffffffffff")), 2n ** 64n - 1n);
  assert.equal(decode(bytes("3bffffffffffffffff")), -(2n ** 64n));
});

test("a map may have an indefinite length, and keys of two kinds", () => {
  const expected = new Map<bigint | string, unknown>([[0n, null], ["0", bytes("ff")]]);
  assert.deepEqual(decode(bytes("bf00f6613041ffff")), expected);
});

test("a byte order mark is a character", () => {
  assert.equal(decode(bytes("63efbbbf")), "\ufeff");
});

test("nesting is bounded", () => {
  assert.doesNotThrow(() => decode(bytes("81".repeat(MAX_DEPTH) + "00")));
  assert.throws(() => decode(bytes("81".repeat(MAX_DEPTH + 1) + "00")), EvidenceMalformed);
  assert.throws(() => decode(bytes("bf00".repeat(100_000))), EvidenceMalformed);
});

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}
