/** What a node says of its keys in a file of its own (§3.3, §3.4): a claim under the signatures of those it concerns. */
import { fromBase64, sha256 } from "./bytes.mjs";
import { readCanonical } from "./canonical.mjs";
import { preAuthEncoding } from "./envelope.mjs";
import { demand } from "./refused.mjs";
import { list, object, oneOf, text } from "./shape.mjs";
import { isSignedBy } from "./signing.mjs";

/** Read the claim of a parsed envelope, refusing one that is not signed by the keys that `signersOf` finds in it. */
export function readNotice(value, payloadType, shape, signersOf) {
  const envelope = object({
    payload: text,
    payloadType: oneOf(payloadType),
    signatures: list(object({ keyid: text, sig: text })),
  });
  envelope(value, "the notice");
  const payload = fromBase64(value.payload);
  const claim = readCanonical(payload);
  shape(claim, "the notice");
  const keys = signersOf(claim).map((key) => Buffer.from(key, "hex"));
  demand(value.signatures.length === keys.length, "The notice has other signatures than it needs.");
  const message = preAuthEncoding(payloadType, payload);
  value.signatures.forEach(({ keyid, sig }, index) => {
    demand(keyid === sha256(keys[index]).toString("hex"), "The notice is signed by another key than it names.");
    demand(isSignedBy(keys[index], message, fromBase64(sig)), "A signature does not fit the notice.");
  });
  return claim;
}
