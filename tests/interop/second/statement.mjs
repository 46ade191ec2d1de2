/** The statement (§3): the in-toto claim about one call. */
import { fromBase64, sha256 } from "./bytes.mjs";
import { readCanonical } from "./canonical.mjs";
import { demand } from "./refused.mjs";
import { amount, count, digest, flag, list, object, oneOf, record, single, text } from "./shape.mjs";

const WHOLE = "salted-sha256";
const STREAM = "merkle-salted-sha256";
const MILLION = 1_000_000n;

const attachments = list(object({ pointer: text, commitment: digest, inline: flag }));

const STATEMENT = object({
  _type: oneOf("https://in-toto.io/Statement/v1"),
  subject: single(object({ name: oneOf("answer"), digest: record(digest) })),
  predicateType: oneOf("urn:assay:inference:v1"),
  predicate: object({
    operation: text,
    mode: oneOf("vanilla", "tee", "zkml", "replay"),
    request: object({ body: digest, fields: record(digest), attachments }),
    answer: object({
      outcome: oneOf("completed", "provider_broke", "client_left", "budget_spent", "node_stopped"),
      stream: text,
      chunks: count,
      attachments,
    }),
    model: object({ requested: text, served: text, provider: text, response_id: text }),
    upstream: object({
      attempts: list(object({ provider: text, model: text, result: text })),
      operation: text,
      sent: digest,
    }),
    engine: object({ name: text, build: text, determinism: oneOf("exact", "none"), settings: digest }),
    usage: object({
      input_tokens: count,
      cached_input_tokens: count,
      output_tokens: count,
      images: count,
      source: oneOf("provider", "node"),
    }),
    price: object({ input: count, output: count, cached_input: count, image: count, table: digest }),
    cost: count,
    payment: object({ rail: text, reference: text, asset: text, amount, capped: flag }),
    evidence: list(object({ type: text, digest: object({ sha256: digest }) })),
    nonce: text,
    node: digest,
    key: object({ public: digest, not_before: text, not_after: text, signature: text }),
    issued_at: text,
  }),
});

/** Read a payload strictly. */
export function readStatement(payload) {
  const value = readCanonical(payload);
  STATEMENT(value, "the statement");
  const [[algorithm, answerDigest], ...more] = Object.entries(value.subject[0].digest);
  demand(more.length === 0, "The subject has more than one digest.");
  demand([WHOLE, STREAM].includes(algorithm), "The subject's digest is of no known kind.");
  const statement = {
    ...value.predicate,
    id: sha256(payload).toString("hex"),
    isStream: algorithm === STREAM,
    answerDigest,
    issuedAt: instant(value.predicate.issued_at),
    keyFrom: instant(value.predicate.key.not_before),
    keyUntil: instant(value.predicate.key.not_after),
    keySignature: fromBase64(value.predicate.key.signature),
  };
  demandStreamAgrees(statement);
  demandCostIsDue(statement);
  return statement;
}

function demandStreamAgrees({ isStream, answer }) {
  if (isStream) digest(answer.stream, "the stream's id");
  else demand(answer.stream === "" && answer.chunks === 0, "A whole answer has neither a stream nor chunks.");
}

function demandCostIsDue({ usage, price, cost, payment }) {
  demand(usage.cached_input_tokens <= usage.input_tokens, "More input tokens were cached than there were.");
  const of = (tokens, each) => BigInt(tokens) * BigInt(each);
  const tokens =
    of(usage.input_tokens - usage.cached_input_tokens, price.input) +
    of(usage.cached_input_tokens, price.cached_input) +
    of(usage.output_tokens, price.output);
  const due = (tokens + MILLION - 1n) / MILLION + of(usage.images, price.image);
  const charged = payment.asset !== "micro-usd" || payment.amount === String(cost);
  demand(charged, "What was charged is not the cost.");
  const isDue = payment.capped ? BigInt(cost) < due : BigInt(cost) === due;
  demand(isDue, "The cost is not what usage and price come to.");
}

/** Milliseconds since 1970 of the one spelling of a time that is allowed (§1). */
export function instant(spelling) {
  const milliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(spelling) ? Date.parse(spelling) : NaN;
  const same = Number.isFinite(milliseconds) && new Date(milliseconds).toISOString() === spelling;
  demand(same && !spelling.startsWith("0000"), "This is not a time in UTC with three decimals.");
  return milliseconds;
}
