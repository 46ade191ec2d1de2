/** The DSSE v1 envelope (§3.1). */
import { fromBase64, sha256 } from "./bytes.mjs";
import { readCanonical } from "./canonical.mjs";
import { demand } from "./refused.mjs";
import { object, oneOf, single, text } from "./shape.mjs";
import { isSignedBy } from "./signing.mjs";

const PAYLOAD_TYPE = "application/vnd.in-toto+json";

const ENVELOPE = object({
  payload: text,
  payloadType: oneOf(PAYLOAD_TYPE),
  signatures: single(object({ keyid: text, sig: text })),
});

/** What a DSSE signature is over. */
export function preAuthEncoding(type, payload) {
  const header = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(header), payload]);
}

export function readEnvelope(bytes) {
  const value = readCanonical(bytes);
  ENVELOPE(value, "the envelope");
  const [{ keyid, sig }] = value.signatures;
  return { payload: fromBase64(value.payload), keyid, signature: fromBase64(sig) };
}

export const signedBytes = ({ payload }) => preAuthEncoding(PAYLOAD_TYPE, payload);

/** Refuse an envelope that is not signed by the key that its own statement names. */
export function checkSignature(envelope, node) {
  const key = Buffer.from(node, "hex");
  const keyId = sha256(key).toString("hex");
  demand(envelope.keyid === keyId, "The envelope names another key than the statement.");
  const fits = isSignedBy(key, signedBytes(envelope), envelope.signature);
  demand(fits, "The signature does not fit the signed bytes.");
}
