/** Whether content is what a statement commits to (§9, `opening`). */
import { attachmentsOf } from "./attachments.mjs";
import { fromBase64 } from "./bytes.mjs";
import { parseJson, readCanonical } from "./canonical.mjs";
import { attachmentLabel, claimsOf, commitment, fieldLabel, requestValues } from "./commitments.mjs";
import { demand } from "./refused.mjs";
import { digest, object, record, text } from "./shape.mjs";
import { blocksOf, isOwnComment, streamRoot, streamSubject } from "./stream.mjs";

const OPENING = object({ disclosed: record(text), salts: record(digest) });

/** `{disclosed, salts}`: Maps of bytes by label. */
export function readOpening(bytes) {
  const value = readCanonical(bytes);
  OPENING(value, "the opening");
  return {
    disclosed: mapValues(value.disclosed, fromBase64),
    salts: mapValues(value.salts, (hex) => Buffer.from(hex, "hex")),
  };
}

function mapValues(members, from) {
  return new Map(Object.entries(members).map(([label, value]) => [label, from(value)]));
}

/** Refuse content that is not what the statement commits to. */
export function checkOpening(statement, { salts, disclosed }, { request, answer }) {
  const opener = new Opener(claimsOf(statement), salts);
  if (request) checkRequest(opener, statement, request);
  if (answer) checkAnswer(opener, statement, answer);
  for (const [label, value] of disclosed) opener.open(label, value);
  return [request && "request", answer && "answer", ...disclosed.keys()].filter(Boolean).join(", ");
}

class Opener {
  constructor(claims, salts) {
    this.claims = claims;
    this.salts = salts;
  }

  salt(label) {
    demand(this.salts.has(label), `The opening lacks the salt of ${label}.`);
    return this.salts.get(label);
  }

  open(label, value) {
    const isClaimed = this.claims.get(label) === commitment(this.salt(label), value);
    demand(isClaimed, `${label} is not what was committed to.`);
  }
}

function checkRequest(opener, statement, request) {
  const { fields, attachments } = requestValues(request);
  opener.open("request", request);
  const claimed = Object.keys(statement.request.fields).length;
  demand(claimed === fields.size, "The statement commits to more or fewer members than the request has.");
  for (const [name, value] of fields) opener.open(fieldLabel(name), value);
  checkAttachments(opener, "request", statement.request.attachments, attachments);
  if (statement.isStream) opener.open("stream", streamSubject(statement.nonce, request));
}

function checkAnswer(opener, statement, answer) {
  if (statement.isStream) {
    checkStream(opener.salt("answer"), statement, answer);
  } else {
    opener.open("answer", answer);
    checkAttachments(opener, "answer", statement.answer.attachments, attachmentsOf(parseJson(answer)));
  }
}

function checkStream(salt, statement, answer) {
  const chunks = blocksOf(answer);
  demand(!chunks.some(isOwnComment), "A comment of a node is no chunk of the answer.");
  demand(chunks.length === statement.answer.chunks, "The stream has another number of chunks than it should.");
  const root = streamRoot(salt, chunks).toString("hex");
  demand(root === statement.answerDigest, "The answer's chunks are not those committed to.");
  demand(statement.answer.attachments.length === 0, "A stream has no attachments.");
}

function checkAttachments(opener, side, claimed, found) {
  demand(claimed.length === found.length, `The ${side} has more or fewer attachments than the statement.`);
  found.forEach(({ pointer, content, inline }, index) => {
    const same = claimed[index].pointer === pointer && claimed[index].inline === inline;
    demand(same, `The ${side} has other attachments than the statement.`);
    opener.open(attachmentLabel(side, pointer), content);
  });
}
