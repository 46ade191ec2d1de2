import assert from "node:assert/strict";
import { test } from "node:test";
import { DerReader } from "../src/evidence/der";
import { EvidenceMalformed } from "../src/evidence/errors";
import { certificatesIn } from "../src/evidence/pem";
import { readTime } from "../src/evidence/time";

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const reader = (hex: string) => new DerReader(bytes(hex));
const time = (tag: string, text: string) =>
  readTime(reader(tag + text.length.toString(16).padStart(2, "0") + Buffer.from(text).toString("hex")));

const REFUSED: Record<string, () => unknown> = {
  "indefinite length": () => reader("30800000").read(),
  "length not in shortest form": () => reader("3081020500").read(),
  "length with a leading zero": () => reader("308200810500").read(),
  "element cut short": () => reader("300305").read(),
  "nothing": () => reader("").read(),
  "tag in several octets": () => reader("1f8100").read(),
  "another type": () => reader("0500").read(0x30),
  "boolean that is FALSE": () => reader("010100").flag(),
  "boolean that is neither": () => reader("010101").flag(),
  "integer with a leading zero": () => reader("0202007f").integer(),
  "integer with leading ones": () => reader("0202ff80").integer(),
  "integer without octets": () => reader("0200").integer(),
  "negative count": () => reader("0201ff").count(),
  "object identifier cut short": () => reader("06022a86").oid(),
  "object identifier with a leading zero": () => reader("06032a8001").oid(),
  "bits that do not fill an octet": () => reader("03020180").octetAlignedBits(),
  "the 30th of February": () => time("17", "260230000000Z"),
  "the 24th hour": () => time("17", "260201240000Z"),
  "a time without seconds": () => time("17", "2602012400Z"),
  "a time elsewhere": () => time("18", "20260201000000+0100"),
  "the year 0": () => time("18", "00000101000000Z"),
};

for (const [name, read] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, () => {
    assert.throws(read, EvidenceMalformed);
  });
}

test("object identifiers", () => {
  assert.equal(reader("06032b8104").oid(), "1.3.132");
  assert.equal(reader("0603883703").oid(), "2.999.3");
});

test("years of two digits belong to 1950 to 2049", () => {
  assert.equal(time("17", "500101000000Z").toISOString(), "1950-01-01T00:00:00.000Z");
  assert.equal(time("17", "491231235959Z").toISOString(), "2049-12-31T23:59:59.000Z");
  assert.equal(time("18", "99991231235959Z").toISOString(), "9999-12-31T23:59:59.000Z");
});

test("certificates in text", () => {
  const read = (text: string) => certificatesIn(Uint8Array.from(Buffer.from(text)));
  const block = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  assert.deepEqual(read(`a chain\n${block("MAA=")}${block("BQ\nA=")}`), [bytes("3000"), bytes("0500")]);
  for (const text of ["", "MAA=", block("MAA"), block("MAB="), block("MA!=")]) {
    assert.throws(() => read(text), EvidenceMalformed);
  }
});
