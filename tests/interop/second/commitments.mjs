/** Salted commitments (§2). */
import { createHmac } from "node:crypto";
import { attachmentsOf } from "./attachments.mjs";
import { sha256 } from "./bytes.mjs";
import { canonical, isObject, parseJson } from "./canonical.mjs";
import { Refused } from "./refused.mjs";

export const saltOf = (secret, label) => createHmac("sha256", secret).update(label).digest();

export const commitment = (salt, value) => sha256(salt, value).toString("hex");

export const fieldLabel = (name) => `request/${name}`;

/** `side` is `request` or `answer`. */
export const attachmentLabel = (side, pointer) => `attachment:${side}${pointer}`;

/** The private values of a request beside its bytes: `{fields: Map of canonical JSON, attachments}`. */
export function requestValues(request) {
  const none = { fields: new Map(), attachments: [] };
  try {
    const value = parseJson(request);
    if (!isObject(value)) return none;
    const fields = new Map(Object.entries(value).map(([name, member]) => [name, canonical(member)]));
    canonical(value);
    return { fields, attachments: attachmentsOf(value) };
  } catch (error) {
    if (error instanceof Refused) return none;
    throw error;
  }
}

/** Every value that a statement commits to, and the commitment: a Map by label. */
export function claimsOf(statement) {
  const { request, answer, upstream } = statement;
  const claims = new Map([["request", request.body]]);
  for (const [name, claim] of Object.entries(request.fields)) claims.set(fieldLabel(name), claim);
  for (const [side, { attachments }] of Object.entries({ request, answer })) {
    attachments.forEach(({ pointer, commitment: claim }) => claims.set(attachmentLabel(side, pointer), claim));
  }
  if (statement.isStream) claims.set("stream", answer.stream);
  else claims.set("answer", statement.answerDigest);
  if (upstream.sent !== request.body) claims.set("sent", upstream.sent);
  return claims;
}
