// `dist/evidence.js` is what a page loads; `dist/tests/` is what Node runs.
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
const common = { bundle: true, format: "esm", target: "es2022", logLevel: "warning" };
const tests = readdirSync("tests").map((name) => `tests/${name}`);

await build({ ...common, entryPoints: ["src/evidence/index.ts"], outfile: "dist/evidence.js", minify: true });
await build({ ...common, entryPoints: tests, outdir: "dist/tests", platform: "node", sourcemap: "inline" });
