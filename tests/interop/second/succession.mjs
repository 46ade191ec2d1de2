/** An identity that was handed on (§3.4). */
import { demand } from "./refused.mjs";
import { readNotice } from "./notice.mjs";
import { digest, object, oneOf, text } from "./shape.mjs";
import { instant } from "./statement.mjs";

const PAYLOAD_TYPE = "application/vnd.assay.succession+json";

const SUCCESSION = object({ at: text, from: digest, to: digest, type: oneOf("urn:assay:succession:v1") });

/** Read a succession, refusing one that the two identities did not both sign. */
export function readSuccession(value) {
  const claim = readNotice(value, PAYLOAD_TYPE, SUCCESSION, ({ from, to }) => [from, to]);
  instant(claim.at);
  demand(claim.from !== claim.to, "Nobody succeeds itself.");
  return claim;
}
