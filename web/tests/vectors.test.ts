import assert from "node:assert/strict";
import { test } from "node:test";
import vectors from "../../tests/vectors/evidence.json";
import { type Case, outcome, type Outcome } from "./cases";

for (const vector of vectors as unknown as readonly (Case & { readonly expect: Outcome })[]) {
  test(vector.name, async () => {
    assert.deepEqual(JSON.parse(JSON.stringify(await outcome(vector))), vector.expect);
  });
}
