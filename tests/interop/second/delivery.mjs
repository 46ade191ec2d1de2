/** How a receipt arrives: in the body of a whole answer (§4) or among the blocks of a stream (§5). */
import { readCanonical } from "./canonical.mjs";
import { demand } from "./refused.mjs";
import { blocksOf, isOwnComment, readComment } from "./stream.mjs";

const MEMBER = Buffer.from(',"assay":');
const ONLY_MEMBER = Buffer.from('{"assay":');

/** `{answer, delivery}` of a delivered body. */
export function readWhole(body) {
  const { before, from } = cut(body);
  demand(body.at(-1) === 0x7d, "This body carries no receipt.");
  const delivery = readCanonical(body.subarray(from, -1));
  return { answer: Buffer.concat([before, Buffer.from("}")]), delivery };
}

function cut(body) {
  const at = body.lastIndexOf(MEMBER);
  if (at >= 0) return { before: body.subarray(0, at), from: at + MEMBER.length };
  demand(body.indexOf(ONLY_MEMBER) === 0, "This body carries no receipt.");
  return { before: body.subarray(0, 1), from: ONLY_MEMBER.length };
}

/** `{start, chunks, heads, delivery}` of a delivered stream. */
export function readStream(bytes) {
  const stream = { start: undefined, chunks: [], heads: [], delivery: undefined };
  for (const block of blocksOf(bytes)) {
    if (isOwnComment(block)) take(stream, readComment(block));
    else stream.chunks.push(block);
  }
  demand(stream.start && stream.delivery, "The stream is cut short: it has no receipt.");
  return stream;
}

function take(stream, { kind, value }) {
  if (kind === "head") stream.heads.push(value);
  else if (kind === "stream" && stream.start === undefined) stream.start = value;
  else if (kind === "receipt" && stream.delivery === undefined) stream.delivery = value;
  else demand(false, "The stream holds a comment out of place.");
}
