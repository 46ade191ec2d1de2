/**
 * node cli.mjs verify FILE --policy POLICY.json --at ISO
 *     prints the verdict; exit 0 only if it meets the floor
 * node cli.mjs vectors RECEIPTS.json
 *     exit 1 at the first difference, which is named
 * node cli.mjs lines
 *     a line in: {bundle: BASE64, policy, at}; a line out: the verdict
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { parseJson } from "./canonical.mjs";
import { RANK, readPolicy, readPolicyFile } from "./policy.mjs";
import { Refused, demand } from "./refused.mjs";
import { checkVectors } from "./vectors.mjs";
import { verify } from "./verify.mjs";

const COMMANDS = { verify: verifyFile, vectors: recompute, lines: answerLines };

function time(spelling) {
  const milliseconds = /(?:Z|[+-]\d\d:\d\d)$/.test(spelling) ? Date.parse(spelling) : NaN;
  demand(Number.isFinite(milliseconds), "--at takes a time with its offset, as 2026-11-24T12:00:00Z.");
  return milliseconds;
}

function verifyFile([file], options) {
  const policy = readPolicyFile(readFileSync(options.policy));
  const verdict = verify(readFileSync(file), policy, time(options.at));
  console.log(JSON.stringify(verdict, null, 2));
  return RANK[verdict.level] >= RANK[policy.floor] ? 0 : 1;
}

function recompute([file]) {
  checkVectors(parseJson(readFileSync(file)));
  console.log("every vector is as the specification says");
  return 0;
}

async function answerLines() {
  for await (const line of createInterface({ input: process.stdin })) {
    const { bundle, policy, at } = JSON.parse(line);
    console.log(JSON.stringify(verify(Buffer.from(bundle, "base64"), readPolicy(policy), time(at))));
  }
  return 0;
}

async function main() {
  const options = { policy: { type: "string" }, at: { type: "string" } };
  const { positionals, values } = parseArgs({ allowPositionals: true, options });
  const [command, ...operands] = positionals;
  demand(Object.hasOwn(COMMANDS, command ?? ""), "The commands are verify, vectors and lines.");
  return COMMANDS[command](operands, values);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
