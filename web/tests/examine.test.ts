import assert from "node:assert/strict";
import { test } from "node:test";
import vectors from "../../tests/vectors/examinations.json";
import { type Claims, Judge, REJECT, type TrustAnchor, verify, WARN } from "../src/evidence/index";
import { appraise } from "../src/evidence/appraisal";
import { parseCollection } from "../src/evidence/collection";
import { type Case, examined, outcome } from "./examined";

const cases = vectors as unknown as readonly Case[];
const named = (name: string) => cases.find((vector) => vector.name === name) as Case;
const bytes = (base64: string) => Uint8Array.from(Buffer.from(base64, "base64"));
const node = named("simulated: a node");

test("one byte of the file changed, wherever it is, and nothing is believed", async () => {
  const file = bytes(node.file);
  for (let position = 0; position < file.length; position += 17) {
    const changed = file.with(position, (file[position] ?? 0) ^ (1 << (position % 8)));
    const { level } = await outcome({ ...node, file: Buffer.from(changed).toString("base64") });
    assert.equal(level, "REJECTED", `byte ${position}`);
  }
});

test("software's evidence never reads as attested, and says what it is", async () => {
  for (const vector of cases) {
    const anchors = vector.anchors.map((anchor): TrustAnchor => ({ ...anchor, kind: "simulated" }));
    const { level } = await outcome({ ...vector, anchors });
    assert.ok(["REJECTED", "SIGNED-SIMULATED"].includes(level), vector.name);
  }
  const { verdict } = await examined(node);
  assert.match(verdict.checks[0]?.detail ?? "", /SIMULATED/);
});

test("families that a browser does not read", async () => {
  for (const family of ["tdx", "nvidia", "constructor", ""]) {
    const file = Buffer.from(bytes(node.file)).toString().replace('"family":"nitro"', `"family":"${family}"`);
    const { error, level } = await outcome({ ...node, file: Buffer.from(file).toString("base64") });
    assert.deepEqual([error, level], ["evidence_unknown_family", "REJECTED"]);
  }
});

test("a line is for a person", async () => {
  const details = async (name: string) => (await examined(named(name))).verdict.checks.map(({ detail }) => detail);
  const [evidence, appraisal, binding, nonce, validity] = await details("nitro: unknown code");
  assert.equal(evidence, "nitro under a vendor");
  assert.equal(appraisal, "warned: the code that it runs is not known here (unknown_code)");
  assert.match(binding ?? "", /^the evidence names the key [0-9a-f]{16}$/);
  assert.match(nonce ?? "", /^answers the challenge [0-9a-f]{16}$/);
  assert.equal(validity, "held from 2026-03-01 11:00Z to 2026-03-01 13:00Z");
  assert.match((await details("simulated: a node"))[2] ?? "", / of node [0-9a-f]{16}$/);
});

test("an error that is no finding about the evidence is not swallowed", async () => {
  const broken = Object.assign(new Judge([], []), { judge: () => Promise.reject(new TypeError("a bug")) });
  const { examine } = await import("../src/evidence/index");
  await assert.rejects(examine(broken, new Uint8Array(), new Date()), TypeError);
});

test("each rule speaks by itself", async () => {
  const { anchors, references, at } = named("snp: known code");
  const [part] = parseCollection(bytes(named("snp: known code").file)).parts;
  const well = await verify(part, anchors, new Date(at));
  const broken: Readonly<Record<string, Partial<Claims>>> = {
    debug_root: { anchor: { ...well.anchor, kind: "debug" } },
    unlisted_family: { family: "tdx" },
    debug: { debug: true },
    zero_measurement: { code: ["ID_KEY_DIGEST"], measurements: { ...well.measurements, ID_KEY_DIGEST: "00" } },
    from_the_future: { issuedAt: new Date(Date.parse(at) + 120_001) },
    unknown_code: { measurements: { ...well.measurements, MEASUREMENT: "cd" } },
    vmpl: { attributes: { vmpl: 1 } },
    migratable: { attributes: { MIGRATE_MA: true } },
    tcb_behind: { versions: { reported_fmc: 1, committed_fmc: 2 } },
    missing_collateral: { missing: ["crl"] },
  };
  assert.deepEqual(Object.keys(broken).sort(), [...Object.keys(REJECT), ...Object.keys(WARN)].sort());
  for (const [rule, changes] of Object.entries(broken)) {
    const { rejected, warned } = appraise([{ ...well, ...changes }], new Date(at), references);
    assert.deepEqual([...rejected, ...warned].map((reason) => reason.rule), [rule]);
    assert.equal(rejected.length > 0, rule in REJECT);
  }
  assert.deepEqual(appraise([well], new Date(at), references), { rejected: [], warned: [] });
});
