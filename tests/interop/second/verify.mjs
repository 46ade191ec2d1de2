/** The verdict (§9). Evidence is not read here, so no verdict is higher than `SIGNED`. */
import { readBundle } from "./bundle.mjs";
import { sha256 } from "./bytes.mjs";
import { checkCertificate } from "./certificate.mjs";
import { checkSignature, readEnvelope } from "./envelope.mjs";
import { checkInclusion, readProof } from "./log.mjs";
import { checkOpening, readOpening } from "./opening.mjs";
import { Refused, demand } from "./refused.mjs";
import { readStatement } from "./statement.mjs";

const PASSED = "passed";
const FAILED = "failed";
const NOT_APPLICABLE = "not applicable";

/** Thrown by a check that has nothing to look at. */
class NothingToCheck extends Error {}

/**
 * Judge the bytes of a bundle by a policy at a time in milliseconds since 1970: `{level, checks}`.
 * Never throws for what is in the bundle.
 */
export function verify(bytes, policy, at) {
  let parts;
  const format = check("format", () => {
    parts = readParts(bytes);
    return `receipt ${parts.statement.id}`;
  });
  if (format.status === FAILED) return { level: "REJECTED", checks: [format] };
  const checks = [
    format,
    check("signature", () => signature(parts, policy)),
    check("opening", () => opening(parts)),
    check("inclusion", () => inclusion(parts, policy)),
    check("evidence", () => evidence(parts)),
    check("appraisal", () => noEvidence()),
    check("binding", () => noEvidence()),
    check("validity", () => noEvidence()),
    check("nonce", () => nonce(parts, policy)),
    check("freshness", () => freshness(parts, policy, at)),
  ];
  return { level: levelOf(checks, parts.statement, policy), checks };
}

function check(name, look) {
  try {
    return { name, status: PASSED, detail: look() };
  } catch (error) {
    if (error instanceof NothingToCheck) return { name, status: NOT_APPLICABLE, detail: error.message };
    if (error instanceof Refused) return { name, status: FAILED, detail: error.message };
    // Whatever else goes wrong over hostile bytes (a stack that is too deep) is a refusal as well.
    return { name, status: FAILED, detail: `The check broke off: ${error.name}.` };
  }
}

function readParts(bytes) {
  const bundle = readBundle(bytes);
  const envelope = readEnvelope(bundle.receipt);
  const statement = readStatement(envelope.payload);
  const opened = bundle.opening && readOpening(bundle.opening);
  return { bundle, envelope, statement, opened };
}

function signature({ bundle, envelope, statement }, policy) {
  checkCertificate(statement);
  checkSignature(envelope, statement.key.public);
  const taken = policy.revocations.filter(({ node, key }) => node === statement.node && key === statement.key.public);
  for (const { log, size } of taken) demand(wasLoggedBefore(bundle, policy, log, size), "The node took the key back.");
  return `Ed25519 by key ${envelope.keyid.slice(0, 16)}`;
}

/** Whether the log of this origin shows the receipt among its first `size` entries. */
function wasLoggedBefore({ receipt, proof }, { logs, witnesses, quorum }, origin, size) {
  if (proof === undefined) return false;
  try {
    checkInclusion(receipt, proof, { logs: logs.filter(({ name }) => name === origin), witnesses, quorum });
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
  return readProof(proof).index < BigInt(size);
}

function opening({ bundle, statement, opened }) {
  const hasContent = bundle.request ?? bundle.answer ?? opened?.disclosed.size > 0;
  if (!hasContent) throw new NothingToCheck("content is not in the bundle");
  demand(opened, "The bundle holds content but no salts.");
  return checkOpening(statement, opened, bundle);
}

function inclusion({ bundle }, policy) {
  const { receipt, proof } = bundle;
  if (proof !== undefined && policy.logs.length > 0) return checkInclusion(receipt, proof, policy);
  demand(!policy.require_inclusion, "The policy demands a log proof and none can be checked.");
  throw new NothingToCheck(proof === undefined ? "no log proof in the bundle" : "the policy pins no log");
}

function evidence({ bundle, statement }) {
  const named = new Set(statement.evidence.map(({ digest }) => digest.sha256));
  for (const [name, document] of bundle.evidence) {
    demand(named.has(name), "The bundle holds evidence that the receipt does not name.");
    const digest = sha256(document).toString("hex");
    demand(digest === name, "An evidence document does not have the digest it is named by.");
  }
  noEvidence();
}

function noEvidence() {
  throw new NothingToCheck("this verifier does not read evidence");
}

function nonce({ statement }, policy) {
  if (policy.nonce === null) throw new NothingToCheck("the policy names none");
  demand(policy.nonce === statement.nonce, "The receipt does not carry the caller's nonce.");
  return "carries the caller's nonce";
}

function freshness({ statement }, policy, at) {
  demand(statement.issuedAt <= at + policy.max_skew_s * 1000, "The receipt is from the future.");
  const oldest = policy.max_age_s === null ? -Infinity : at - policy.max_age_s * 1000;
  demand(statement.issuedAt >= oldest, "The receipt is older than the policy allows.");
  return `issued ${statement.issued_at}`;
}

function levelOf(checks, { node }, { nodes }) {
  if (checks.some(({ status }) => status === FAILED)) return "REJECTED";
  return nodes.includes(node) ? "SIGNED" : "UNVERIFIED";
}
