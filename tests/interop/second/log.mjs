/** The log proof (§6): C2SP tlog-proof around a tlog-checkpoint. */
import { fromBase64, utf8 } from "./bytes.mjs";
import { leafHash, rootFromPath } from "./merkle.mjs";
import { hasSigned, readNote } from "./note.mjs";
import { demand } from "./refused.mjs";

const HEADER = "c2sp.org/tlog-proof@v1";

/** `{index, path, checkpoint}`; index is a BigInt, the checkpoint a note. */
export function readProof(bytes) {
  const proof = utf8(bytes);
  const gap = proof.indexOf("\n\n");
  demand(gap >= 0, "A log proof has no blank line before its checkpoint.");
  const [header, index, ...path] = proof.slice(0, gap).split("\n");
  demand(header === HEADER, "This is not a log proof.");
  const position = /^index (.*)$/.exec(index ?? "");
  demand(position !== null, "The log proof names no index.");
  return { index: decimal(position[1]), path: path.map(hash), checkpoint: readNote(proof.slice(gap + 2)) };
}

/** `{origin, size, root}` of a checkpoint's text. */
function readCheckpoint(text) {
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  demand(origin !== "" && root !== undefined, "A checkpoint has three lines at least.");
  demand(!extensions.includes(""), "A checkpoint has no empty lines.");
  return { origin, size: decimal(size), root: hash(root) };
}

function decimal(digits) {
  demand(/^(?:0|[1-9][0-9]{0,18})$/.test(digits), "This is not a decimal number.");
  return BigInt(digits);
}

function hash(line) {
  const bytes = fromBase64(line);
  demand(bytes.length === 32, "This is not a SHA-256 hash.");
  return bytes;
}

/** A cosignature does not cover its cosigner's name: one key under two names is one witness. */
const distinctKeys = (verifiers) => new Set(verifiers.map(({ key }) => key.toString("hex"))).size;

/** Refuse a proof that does not lead from the envelope to a checkpoint of a pinned log with its quorum. */
export function checkInclusion(envelope, proof, { logs, witnesses, quorum }) {
  const { index, path, checkpoint } = readProof(proof);
  const { origin, size, root } = readCheckpoint(checkpoint.text);
  const signed = logs.filter((log) => log.name === origin && hasSigned(log, checkpoint));
  demand(signed.length > 0, "No log that the policy pins signed the checkpoint.");
  const seen = distinctKeys(witnesses.filter((witness) => hasSigned(witness, checkpoint)));
  demand(seen >= quorum, `${seen} witnesses signed the checkpoint; ${quorum} must.`);
  const reached = rootFromPath(leafHash(envelope), index, size, path);
  demand(reached.equals(root), "The inclusion proof does not lead to the root of the checkpoint.");
  return `entry ${index} of ${size} in ${origin}`;
}
