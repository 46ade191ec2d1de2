/** How a receipt arrives: in the body of a whole answer (§4) or among the blocks of a stream (§5). */
import { readCanonical } from "./canonical.mjs";
import { demand } from "./refused.mjs";
import { blocksOf, isOwnComment, readComment } from "./stream.mjs";

const MEMBER = Buffer.from(',"assay":');

/** `{answer, delivery}` of a delivered body. */
export function readWhole(body) {
  const cut = body.lastIndexOf(MEMBER);
  demand(cut >= 0 && body.at(-1) === 0x7d, "This body carries no receipt.");
  const delivery = readCanonical(body.subarray(cut + MEMBER.length, -1));
  return { answer: Buffer.concat([body.subarray(0, cut), Buffer.from("}")]), delivery };
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
