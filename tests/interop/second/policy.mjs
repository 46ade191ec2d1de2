/** The verifier's side of trust (§9.1). */
import { isHex } from "./bytes.mjs";
import { isObject, parseJson } from "./canonical.mjs";
import { COSIGNATURE, ED25519, readVerifierKey } from "./note.mjs";
import { demand } from "./refused.mjs";
import { readRevocation } from "./revocation.mjs";

export const RANK = {
  REJECTED: 0,
  UNVERIFIED: 1,
  SIGNED: 2,
  "SIGNED-SIMULATED": 2,
  "PROVEN-DEV": 2,
  "REPLAYED-TOLERANT": 3,
  "REPLAYED-EXACT": 4,
  "ATTESTED-WARN": 5,
  ATTESTED: 6,
  PROVEN: 7,
};

const DEFAULTS = {
  floor: "SIGNED",
  nodes: [],
  payees: [],
  anchors: [],
  measurements: [],
  appraisal: null,
  revocations: [],
  logs: [],
  witnesses: [],
  quorum: 0,
  require_inclusion: false,
  max_age_s: null,
  max_skew_s: 120,
  nonce: null,
};

export const readPolicyFile = (bytes) => readPolicy(parseJson(bytes));

/** Read a policy strictly: a misspelt demand must not be one that is never made. */
export function readPolicy(value) {
  demand(isObject(value), "A policy is a JSON object.");
  const isKnown = (name) => Object.hasOwn(DEFAULTS, name);
  demand(Object.keys(value).every(isKnown), "The policy has a member that is not known.");
  const policy = { ...DEFAULTS, ...value };
  demand(Object.hasOwn(RANK, policy.floor), "The floor is no level.");
  for (const name of ["nodes", "payees", "anchors", "measurements", "revocations", "logs", "witnesses"]) {
    demand(Array.isArray(policy[name]), `${name} is not a list.`);
  }
  demand(policy.nodes.every((key) => isHex(key, 32)), "A node is named by its raw public key in hex.");
  demand(policy.appraisal === null || typeof policy.appraisal === "string", "The rules are a text or null.");
  demand(isCount(policy.quorum), "The quorum is not a number of witnesses.");
  demand(typeof policy.require_inclusion === "boolean", "require_inclusion is true or false.");
  demand(policy.max_age_s === null || isSeconds(policy.max_age_s), "max_age_s is seconds or null.");
  demand(isSeconds(policy.max_skew_s), "max_skew_s is seconds.");
  demand(policy.nonce === null || typeof policy.nonce === "string", "The nonce is a text or null.");
  return {
    ...policy,
    revocations: policy.revocations.map(readRevocation),
    logs: policy.logs.map((vkey) => readVerifierKey(vkey, ED25519)),
    witnesses: policy.witnesses.map((vkey) => readVerifierKey(vkey, COSIGNATURE)),
  };
}

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const isSeconds = (value) => typeof value === "number" && value >= 0;
