/** What a node charges (§3.5). */
import { demand } from "./refused.mjs";
import { readNotice } from "./notice.mjs";
import { count, digest, list, object, oneOf, optional, record, text } from "./shape.mjs";
import { instant } from "./statement.mjs";

const PAYLOAD_TYPE = "application/vnd.assay.prices+json";
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const PRICES = object({
  node: digest,
  opg: optional(object({ as_of: optional(text), asset: text, micro_usd: count, source: text })),
  prices: record(
    object({
      input: count,
      output: count,
      cached_input: count,
      image: count,
      also: list(text),
      as_of: optional(text),
      source: text,
    }),
  ),
  type: oneOf("urn:assay:prices:v1"),
});

/** Read a table of prices, refusing one that its node did not sign. */
export function readPrices(value) {
  const claim = readNotice(value, PAYLOAD_TYPE, PRICES, ({ node }) => [node]);
  const rows = Object.entries(claim.prices);
  for (const [model, { also, as_of, source }] of rows) {
    demand(!CONTROL.test([model, ...also, source].join("")), "A table of prices holds no control characters.");
    if (as_of !== null) instant(`${as_of}T00:00:00.000Z`);
  }
  if (claim.opg !== null) {
    const { as_of, asset, micro_usd, source } = claim.opg;
    demand(!CONTROL.test(asset + source), "A table of prices holds no control characters.");
    demand(micro_usd > 0, "Nobody takes OPG for nothing.");
    if (as_of !== null) instant(as_of);
  }
  const names = rows.flatMap(([model, { also }]) => [model, ...also]);
  demand(new Set(names).size === names.length, "The table has two prices for one name.");
  return claim;
}

/** What the table has a call cost that names its model like this. */
export function priceOf({ prices }, name) {
  const [, row] = Object.entries(prices).find(([model, { also }]) => model === name || also.includes(name)) ?? [];
  const { input = 0, output = 0, cached_input = 0, image = 0 } = row ?? {};
  return { input, output, cached_input, image };
}

/** Whether a table and the statement that names it agree on what was charged, in which asset. */
export function chargesByRate({ opg }, { cost, payment }) {
  if (payment.asset === "micro-usd") return true;
  if (opg === null || payment.asset !== opg.asset) return false;
  const due = (BigInt(cost) * 10n ** 18n + BigInt(opg.micro_usd) - 1n) / BigInt(opg.micro_usd);
  return payment.rail === "exact" ? BigInt(payment.amount) >= due : BigInt(payment.amount) === due;
}
