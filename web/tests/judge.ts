/** Reads one case a line from standard input, writes its outcome to standard output: for the differential test. */

import { createInterface } from "node:readline";
import { type Case, outcome } from "./cases";

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await outcome(JSON.parse(line) as Case)));
}
