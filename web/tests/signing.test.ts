import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { fromBase64, fromHex, toUtf8 } from "../src/bytes";
import { isSigned, preAuthenticationEncoding } from "../src/envelope";
import { FormatError } from "../src/errors";
import { canonicalize, membersOf } from "../src/json";
import { readTime } from "../src/timestamp";

test("DSSE's own example of what is signed", () => {
  const encoded = preAuthenticationEncoding("http://example.com/HelloWorld", toUtf8("hello world"));
  assert.deepEqual(encoded, toUtf8("DSSEv1 29 http://example.com/HelloWorld 11 hello world"));
});

test("Ed25519 over a type and a payload", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = Uint8Array.from(publicKey.export({ format: "der", type: "spki" }).subarray(-32));
  const payload = toUtf8("payload");
  const signature = Uint8Array.from(sign(null, preAuthenticationEncoding("type", payload), privateKey));
  assert.equal(await isSigned(raw, "type", payload, signature), true);
  assert.equal(await isSigned(raw, "another type", payload, signature), false);
  assert.equal(await isSigned(raw, "type", toUtf8("another"), signature), false);
  assert.equal(await isSigned(raw, "type", payload, signature.slice(1)), false);
  assert.equal(await isSigned(raw.slice(1), "type", payload, signature), false);
});

test("canonical JSON: names by UTF-16 code unit, characters as they are", () => {
  const value = { "\ufb33": null, "\u{1f600}": [], "10": "\u007f\u2028", "9": "\n\"\\", "": { b: "", a: "é" } };
  const expected = '{"":{"a":"é","b":""},"10":"\u007f\u2028","9":"\\n\\"\\\\","\u{1f600}":[],"\ufb33":null}';
  assert.equal(canonicalize(value), expected);
  assert.equal(canonicalize(JSON.parse('{"__proto__":"kept"}')), '{"__proto__":"kept"}');
  assert.throws(() => canonicalize(["\ud800"]), FormatError);
});

const REFUSED: Record<string, () => unknown> = {
  "hexadecimal in capitals": () => fromHex("AB"),
  "hexadecimal with half an octet": () => fromHex("abc"),
  "hexadecimal with white space": () => fromHex("ab "),
  "Base64 without padding": () => fromBase64("AA"),
  "Base64 with bits to spare": () => fromBase64("AB=="),
  "Base64 with white space": () => fromBase64("AA==\n"),
  "Base64 for addresses": () => fromBase64("_-8="),
  "a member more": () => membersOf({ a: 1, b: 2 }, "a"),
  "a member less": () => membersOf({ a: 1 }, "a", "b"),
  "a member of every object": () => membersOf({}, "toString"),
  "a list": () => membersOf([], "length"),
  "nothing": () => membersOf(null),
  "a time without milliseconds": () => readTime("2026-11-24T12:00:00Z"),
  "a time elsewhere": () => readTime("2026-11-24T12:00:00.000+01:00"),
  "the 30th of February": () => readTime("2026-02-30T12:00:00.000Z"),
  "the 24th hour": () => readTime("2026-11-24T24:00:00.000Z"),
  "the year 0": () => readTime("0000-11-24T12:00:00.000Z"),
  "the year 10000": () => readTime("+010000-01-01T00:00:00.000Z"),
  "no time at all": () => readTime("yesterday"),
};

for (const [name, read] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => {
    assert.throws(read, FormatError);
  });
}
