/** Signed notes (C2SP signed-note), by Ed25519 keys and by witnesses with their timestamped cosignatures. */
import { fromBase64, sha256 } from "./bytes.mjs";
import { demand } from "./refused.mjs";
import { isSignedBy } from "./signing.mjs";

const MOST_SIGNATURES = 100; // signed-note asks for some limit, and for 16 at least
const LAST_TIME = 2n ** 63n - 1n;

export const ED25519 = 0x01;
export const COSIGNATURE = 0x04;

/** Read a verifier key, `NAME+ID+BASE64(type || key)`, of the type that its place in the policy asks for. */
export function readVerifierKey(vkey, type) {
  const parts = /^([^\p{White_Space}+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey);
  demand(parts !== null, "This is not a verifier key.");
  const [, name, id, encoded] = parts;
  const material = fromBase64(encoded);
  demand(material.length === 33 && material[0] === type, "This verifier key is of another type.");
  const expected = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4).toString("hex");
  demand(id === expected, "This verifier key has the id of another.");
  return { name, id, type, key: material.subarray(1) };
}

/** Take a note apart: the text with its last newline, and `{name, id, signature}` of each line below. */
export function readNote(note) {
  demand(!/[\u0000-\u0009\u000b-\u001f]/.test(note), "A note holds no control characters.");
  const gap = note.lastIndexOf("\n\n");
  demand(gap >= 0 && note.endsWith("\n"), "This is not a signed note.");
  const lines = note.slice(gap + 2, -1).split("\n");
  demand(lines.length <= MOST_SIGNATURES, "This note carries too many signatures.");
  return { text: note.slice(0, gap + 1), signatures: lines.map(readSignature) };
}

function readSignature(line) {
  const parts = /^— ([^\p{White_Space}+]+) ([^ ]+)$/u.exec(line);
  demand(parts !== null, "This is not the signature line of a note.");
  const bytes = fromBase64(parts[2]);
  demand(bytes.length > 4, "A note's signature is too short.");
  return { name: parts[1], id: bytes.subarray(0, 4).toString("hex"), signature: bytes.subarray(4) };
}

/** Whether the verifier's key signed. A line that falsely says so condemns the note, and so do two lines. */
export function hasSigned(verifier, { text, signatures }) {
  const claimed = signatures.filter(({ name, id }) => name === verifier.name && id === verifier.id);
  demand(claimed.length <= 1, "A known key signed this note twice.");
  const fitting = claimed.filter(({ signature }) => fits(verifier, text, signature));
  demand(fitting.length === claimed.length, "A known key's signature does not fit.");
  return fitting.length === 1;
}

function fits({ type, key }, text, signature) {
  if (type === ED25519) return isSignedBy(key, Buffer.from(text), signature);
  if (signature.length !== 72) return false;
  const time = signature.readBigUInt64BE();
  const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
  return time <= LAST_TIME && isSignedBy(key, message, signature.subarray(8));
}
