/** Reads one case a line from standard input, writes its outcome to standard output: for the differential tests. */

import { createInterface } from "node:readline";
import * as examined from "./examined";
import * as verified from "./verified";

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as examined.Case | verified.Case;
  console.log(JSON.stringify(await ("file" in asked ? examined.outcome(asked) : verified.outcome(asked))));
}
