/** Keys that their node has taken back (§3.3). */
import { fromBase64, sha256 } from "./bytes.mjs";
import { readCanonical } from "./canonical.mjs";
import { preAuthEncoding } from "./envelope.mjs";
import { demand } from "./refused.mjs";
import { count, digest, object, oneOf, single, text } from "./shape.mjs";
import { isSignedBy } from "./signing.mjs";
import { instant } from "./statement.mjs";

const PAYLOAD_TYPE = "application/vnd.assay.revocation+json";

const ENVELOPE = object({
  payload: text,
  payloadType: oneOf(PAYLOAD_TYPE),
  signatures: single(object({ keyid: text, sig: text })),
});
const REVOCATION = object({
  at: text,
  key: digest,
  log: text,
  node: digest,
  reason: text,
  size: count,
  type: oneOf("urn:assay:revocation:v1"),
});

/** Read a revocation, refusing one that its node did not sign. */
export function readRevocation(value) {
  ENVELOPE(value, "the revocation");
  const payload = fromBase64(value.payload);
  const claim = readCanonical(payload);
  REVOCATION(claim, "the revocation");
  instant(claim.at);
  demand(claim.reason.length <= 500, "The reason is too long.");
  const node = Buffer.from(claim.node, "hex");
  const [{ keyid, sig }] = value.signatures;
  demand(keyid === sha256(node).toString("hex"), "The revocation is signed by another key than its node's.");
  const message = preAuthEncoding(PAYLOAD_TYPE, payload);
  demand(isSignedBy(node, message, fromBase64(sig)), "The revocation is not signed by its node.");
  return claim;
}
