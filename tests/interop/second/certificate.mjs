/** The certificate of the key that signs (§3.2). */
import { canonical } from "./canonical.mjs";
import { preAuthEncoding } from "./envelope.mjs";
import { demand } from "./refused.mjs";
import { isSignedBy } from "./signing.mjs";

const PAYLOAD_TYPE = "application/vnd.assay.key+json";

/** Refuse a statement whose node did not certify its key for the time at which it was issued. */
export function checkCertificate({ node, key, keyFrom, keyUntil, keySignature, issuedAt }) {
  const { public: signer, not_before, not_after } = key;
  const payload = canonical({ key: signer, node, not_after, not_before, type: "urn:assay:key:v1" });
  const message = preAuthEncoding(PAYLOAD_TYPE, payload);
  demand(isSignedBy(Buffer.from(node, "hex"), message, keySignature), "The node did not certify the key.");
  demand(keyFrom <= issuedAt && issuedAt <= keyUntil, "The key was not certified for this time.");
}
