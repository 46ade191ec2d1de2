/** Streams (§5): chunks, their root, and the comments that a node weaves in. */
import { fromBase64, u64, utf8 } from "./bytes.mjs";
import { canonical, readCanonical } from "./canonical.mjs";
import { preAuthEncoding } from "./envelope.mjs";
import { treeHash } from "./merkle.mjs";
import { demand } from "./refused.mjs";
import { count, digest, object, text } from "./shape.mjs";
import { isSignedBy } from "./signing.mjs";

const HEAD_TYPE = "application/vnd.assay.stream-head+json";
const COMMENT = /^: assay-([a-z]+) (.*)\n\n$/s;

const HEAD = object({ chunks: count, root: digest, sig: text, stream: digest });

const BLANK_LINES = ["\n\n", "\n\r\n"]; // the LF that ends the line before, and the empty line

/** Cut bytes into blocks, each with the blank line that ends it; what is left at the end is the last. */
export function blocksOf(bytes) {
  const blocks = [];
  for (let start = 0; start < bytes.length; ) {
    const end = blockEnd(bytes, start);
    blocks.push(bytes.subarray(start, end));
    start = end;
  }
  return blocks;
}

function blockEnd(bytes, start) {
  const ends = BLANK_LINES.map((blank) => {
    const at = bytes.indexOf(blank, start);
    return at < 0 ? bytes.length : at + blank.length;
  });
  return Math.min(...ends);
}

export const isOwnComment = (block) => block.subarray(0, 8).toString("latin1") === ": assay-";

/** What a node's own comment says: `{kind, value}`. */
export function readComment(block) {
  const parts = COMMENT.exec(utf8(block));
  demand(parts !== null, "This is not a comment of a node.");
  return { kind: parts[1], value: readCanonical(Buffer.from(parts[2])) };
}

/** The root over chunks, salted with the salt of `answer`. */
export function streamRoot(salt, chunks) {
  return treeHash(chunks.map((chunk, index) => Buffer.concat([salt, u64(index), chunk])));
}

/** Refuse a head that the node's key did not sign. */
export function checkHead(head, node) {
  HEAD(head, "the head");
  const { chunks, root, stream } = head;
  const message = preAuthEncoding(HEAD_TYPE, canonical({ chunks, root, stream }));
  const isSigned = isSignedBy(Buffer.from(node, "hex"), message, fromBase64(head.sig));
  demand(isSigned, "The head is not signed by the node.");
}

/** What the commitment under `stream`, which is the stream's id, is to. */
export const streamSubject = (nonce, request) => Buffer.concat([Buffer.from(nonce), Buffer.of(0), request]);
