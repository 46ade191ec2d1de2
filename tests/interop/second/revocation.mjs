/** Keys that their node has taken back (§3.3). */
import { demand } from "./refused.mjs";
import { readNotice } from "./notice.mjs";
import { count, digest, object, oneOf, text } from "./shape.mjs";
import { instant } from "./statement.mjs";

const PAYLOAD_TYPE = "application/vnd.assay.revocation+json";
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

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
  const claim = readNotice(value, PAYLOAD_TYPE, REVOCATION, ({ node }) => [node]);
  instant(claim.at);
  demand(!CONTROL.test(claim.log + claim.reason), "A revocation holds no control characters.");
  demand([...claim.reason].length <= 500, "The reason is too long.");
  return claim;
}
