/** Recompute everything in the published test vectors; the first difference is named. */
import { isDeepStrictEqual } from "node:util";
import { isHex, sha256 } from "./bytes.mjs";
import { canonical, parseJson } from "./canonical.mjs";
import { attachmentLabel, claimsOf, commitment, fieldLabel, requestValues, saltOf } from "./commitments.mjs";
import { readStream, readWhole } from "./delivery.mjs";
import { DOMAIN, RECEIPT, messageOf, typedDataHash } from "./eip712.mjs";
import { checkCertificate } from "./certificate.mjs";
import { checkSignature, readEnvelope, signedBytes } from "./envelope.mjs";
import { checkInclusion } from "./log.mjs";
import { checkOpening, readOpening } from "./opening.mjs";
import { readPolicy } from "./policy.mjs";
import { chargesByRate, priceOf, readPrices } from "./prices.mjs";
import { demand } from "./refused.mjs";
import { readRevocation } from "./revocation.mjs";
import { publicKeyOf, signWith } from "./signing.mjs";
import { readStatement } from "./statement.mjs";
import { blocksOf, checkHead, streamRoot } from "./stream.mjs";
import { readSuccession } from "./succession.mjs";

function same(ours, theirs, what) {
  const plain = (value) => (Buffer.isBuffer(value) ? value.toString("latin1") : value);
  demand(isDeepStrictEqual(plain(ours), plain(theirs)), `${what} differs.`);
}

/** Refuse vectors that this implementation does not arrive at. */
export function checkVectors({ canonical: spellings, keys, revocation, succession, prices, secret, whole, stream }) {
  spellings.forEach(checkSpelling);
  same(publicKeyOf(Buffer.from(keys.node_seed, "hex")).toString("hex"), keys.node, "keys.node");
  same(publicKeyOf(Buffer.from(keys.key_seed, "hex")).toString("hex"), keys.key, "keys.key");
  same(sha256(Buffer.from(keys.key, "hex")).toString("hex"), keys.key_id, "keys.key_id");
  checkNotice(readRevocation, revocation, "revocation");
  checkNotice(readSuccession, succession, "succession");
  checkPrices(prices, [whole, stream]);
  const salts = Buffer.from(secret, "hex");
  checkWhole(whole, keys, salts);
  checkStream(stream, whole, keys, salts);
}

function checkNotice(read, { claim, file }, what) {
  const value = parseJson(Buffer.from(file));
  same(canonical(value), Buffer.from(file), `${what}.file`);
  same(read(value), claim, `${what}.claim`);
}

function checkPrices(prices, receipts) {
  checkNotice(readPrices, prices, "prices");
  same(sha256(Buffer.from(prices.file)).toString("hex"), prices.sha256, "prices.sha256");
  for (const { receipt } of receipts) {
    const { node, price, model } = readStatement(readEnvelope(Buffer.from(receipt)).payload);
    same(node, prices.claim.node, "prices: the node");
    same(price, { ...priceOf(prices.claim, model.requested), table: prices.sha256 }, "prices: what was charged");
  }
  for (const { holds, ...charged } of prices.charges) {
    same(chargesByRate(prices.claim, charged), holds, `prices: a charge by ${charged.payment.rail}`);
  }
}

function checkSpelling({ json, canonical: spelled }, index) {
  same(canonical(parseJson(Buffer.from(json))), Buffer.from(spelled), `canonical[${index}]`);
}

function checkWhole(whole, keys, secret) {
  const receipt = Buffer.from(whole.receipt);
  const request = Buffer.from(whole.request);
  const answer = Buffer.from(whole.answer);
  for (const [label, salt] of Object.entries(whole.salts)) {
    same(saltOf(secret, label).toString("hex"), salt, `whole.salts ${label}`);
  }
  const statement = checkReceipt(receipt, whole, keys, "whole");
  same(readEnvelope(receipt).payload, Buffer.from(whole.payload), "whole.payload");
  checkCommitments(statement, request, answer, secret);
  checkOpening(statement, readOpening(Buffer.from(whole.opening)), { request, answer });
  checkDelivered(readWhole(Buffer.from(whole.delivered)), whole, secret);
  checkInclusion(receipt, Buffer.from(whole.proof), readPolicy({ logs: [keys.log_vkey] }));
  checkTwin(statement, whole.eip712);
}

function checkReceipt(receipt, vector, keys, place) {
  const envelope = readEnvelope(receipt);
  const statement = readStatement(envelope.payload);
  same(statement.id, vector.receipt_id, `${place}.receipt_id`);
  same(statement.node, keys.node, `${place}: the node`);
  same(statement.key.public, keys.key, `${place}: the key`);
  checkCertificate(statement);
  checkSignature(envelope, statement.key.public);
  const anew = signWith(Buffer.from(keys.key_seed, "hex"), signedBytes(envelope));
  same(envelope.signature, anew, `${place}: the signature`);
  return statement;
}

/** Commit anew to each private value, from the secret instead of the salts in `opening`. */
function checkCommitments(statement, request, answer, secret) {
  const { fields, attachments } = requestValues(request);
  const values = [
    ["request", request],
    ["answer", answer],
    ...[...fields].map(([name, value]) => [fieldLabel(name), value]),
    ...attachments.map(({ pointer, content }) => [attachmentLabel("request", pointer), content]),
  ];
  const claims = claimsOf(statement);
  claims.delete("sent"); // the vectors do not say what was sent
  const anew = values.map(([label, value]) => [label, commitment(saltOf(secret, label), value)]);
  same(new Map(anew), claims, "whole: commitments");
}

function checkDelivered({ answer, delivery }, vector, secret) {
  same(answer, Buffer.from(vector.answer), "whole.delivered: the answer");
  checkDelivery(delivery, vector, secret, "whole.delivered");
}

function checkDelivery({ log, opening, receipt, ...others }, vector, secret, place) {
  same(others, {}, `${place}: the members`);
  same(log, { index: log.index, status: "pending" }, `${place}: the log`);
  same(opening, secret.toString("hex"), `${place}: the opening`);
  same(canonical(receipt), Buffer.from(vector.receipt), `${place}: the receipt`);
}

function checkTwin(statement, { typed_data: data, digest }) {
  same(data.primaryType, "Receipt", "eip712: the primary type");
  const declared = (members) => Object.entries(members).map(([name, type]) => ({ name, type }));
  same(data.types, { EIP712Domain: declared(DOMAIN), Receipt: declared(RECEIPT) }, "eip712: the types");
  same(messageOf(statement), data.message, "eip712: the message");
  same(`0x${typedDataHash(data.domain, data.message).toString("hex")}`, digest, "eip712.digest");
}

function checkStream(vector, { request }, keys, secret) {
  const chunks = vector.chunks_base64.map((chunk) => Buffer.from(chunk, "base64"));
  const salt = saltOf(secret, "answer");
  vector.roots.forEach((root, index) => {
    same(streamRoot(salt, chunks.slice(0, index + 1)).toString("hex"), root, `stream.roots[${index}]`);
  });
  same(blocksOf(Buffer.concat(chunks)), chunks, "stream.chunks_base64");

  const statement = checkReceipt(Buffer.from(vector.receipt), vector, keys, "stream");
  same(statement.answer.chunks, chunks.length, "stream: the number of chunks");
  same(statement.answerDigest, vector.roots.at(-1), "stream: the subject");
  const labels = [...claimsOf(statement).keys(), "answer"];
  const salts = new Map(labels.map((label) => [label, saltOf(secret, label)]));
  const content = { request: Buffer.from(request), answer: Buffer.concat(chunks) };
  checkOpening(statement, { salts, disclosed: new Map() }, content);

  const { start, heads, delivery, ...delivered } = readStream(Buffer.from(vector.delivered_base64, "base64"));
  const announced = { opening: secret.toString("hex"), stream: statement.answer.stream };
  same(start, announced, "stream: the first comment");
  same(delivered.chunks, chunks, "stream.delivered_base64: the chunks");
  checkDelivery(delivery, vector, secret, "stream.delivered_base64");
  demand(heads.length > 0 && isHex(start.stream, 32), "stream: there is no head.");
  for (const head of heads) {
    checkHead(head, keys.key);
    same([head.stream, head.root], [start.stream, vector.roots[head.chunks - 1]], "stream: a head");
  }
}
