import assert from "node:assert/strict";
import { test } from "node:test";
import vectors from "../../tests/vectors/evidence.json";
import { EvidenceError, measured, PRODUCTION, type TrustAnchor, verify } from "../src/evidence/index";
import { type Case, evidenceOf, outcome } from "./verified";

const cases = vectors as unknown as readonly Case[];
const named = (name: string) => cases.find((vector) => vector.name === name) as Case;
const good = named("nitro: good");

test("one byte changed, wherever it is, and nothing is claimed", async () => {
  for (const vector of [good, named("snp: Milan, version 3")]) {
    const document = Buffer.from(vector.document, "base64");
    for (let position = 0; position < document.length; position += 11) {
      const changed = Buffer.from(document);
      changed[position] = (changed[position] ?? 0) ^ (1 << (position % 8));
      const result = await outcome({ ...vector, document: changed.toString("base64") });
      assert.ok("error" in result, `${vector.name}, byte ${position}`);
    }
  }
});

test("a root pinned as two kinds, or not at all, is not believed", async () => {
  const [anchor] = good.anchors as [TrustAnchor];
  const stores: TrustAnchor[][] = [[anchor, { ...anchor, kind: "simulated" }], [], [{ ...anchor, family: "snp" }]];
  for (const anchors of stores) {
    assert.deepEqual(await outcome({ ...good, anchors }), { error: "evidence_untrusted_root" });
  }
});

test("collateral that the family does not know is refused", async () => {
  for (const vector of [good, named("snp: Milan, version 3")]) {
    const collateral = { ...vector.collateral, more: "" };
    assert.deepEqual(await outcome({ ...vector, collateral }), { error: "evidence_malformed" });
  }
});

test("a time that is none is no time at which anything is valid", async () => {
  assert.deepEqual(await outcome({ ...good, at: "yesterday" }), { error: "evidence_expired" });
});

test("a family that a browser does not read", async () => {
  for (const family of ["tdx", "toString", ""]) {
    assert.deepEqual(await outcome({ ...good, family }), { error: "evidence_unknown_family" });
  }
});

test("an error says what to do about it", async () => {
  const refusal = verify(evidenceOf(good), PRODUCTION, new Date(good.at));
  await assert.rejects(refusal, (error) => error instanceof EvidenceError && error.hint.includes("fingerprint"));
});

test("registers that are all zero measure nothing", async () => {
  const claimsOf = (vector: Case) => verify(evidenceOf(vector), vector.anchors, new Date(vector.at));
  assert.equal(measured(await claimsOf(good)), true);
  assert.equal(measured(await claimsOf(named("nitro: all registers zero"))), false);
});
