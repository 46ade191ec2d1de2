import assert from "node:assert/strict";
import { test } from "node:test";
import documents from "../../tests/vectors/evidence.json";
import files from "../../tests/vectors/examinations.json";
import * as examined from "./examined";
import * as verified from "./verified";

for (const vector of documents as unknown as readonly (verified.Case & { readonly expect: verified.Outcome })[]) {
  test(vector.name, async () => {
    assert.deepEqual(JSON.parse(JSON.stringify(await verified.outcome(vector))), vector.expect);
  });
}

for (const vector of files as unknown as readonly (examined.Case & { readonly expect: examined.Outcome })[]) {
  test(vector.name, async () => {
    assert.deepEqual(await examined.outcome(vector), vector.expect);
  });
}
