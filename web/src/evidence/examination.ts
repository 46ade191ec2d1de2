/** Evidence examined for somebody: what it is, what it is worth, for which key, how fresh, and when; a line each. */

import { type Bytes, equal, fromHex, toHex } from "../bytes";
import { keyId } from "../envelope";
import { KeyNotCertified } from "../keys/certificate";
import type { Check, Status, Verdict } from "../verdict";
import type { Reason } from "./appraisal";
import { boundBy } from "./collection";
import { EvidenceError, EvidenceExpired } from "./errors";
import type { Judge, Judgement } from "./judge";

const NOTHING = "no genuine evidence to look at";

/** What the asker has to compare with; what it leaves out is not compared. */
export interface Expected {
  /** The key that the evidence should vouch for: a raw Ed25519 public key. */
  readonly key?: Bytes;
  /** The challenge that it should answer. */
  readonly nonce?: Bytes;
}

/** Five lines on the scale of levels, and the judgement they rest on, if the evidence was genuine. */
export interface Examination {
  /** `REJECTED` if any line failed. The lines are `evidence`, `appraisal`, `binding`, `nonce` and `validity`. */
  readonly verdict: Verdict;
  readonly judgement: Judgement | null;
}

/** Examines an evidence file as of `at`; whatever is wrong with it is in the lines. */
export async function examine(judge: Judge, file: Bytes, at: Date, expected: Expected = {}): Promise<Examination> {
  let judgement: Judgement;
  try {
    judgement = await judge.judge(file, at);
  } catch (error) {
    if (error instanceof EvidenceError) return refused(error);
    throw error;
  }
  const checks = [
    checkEvidence(judgement),
    checkAppraisal(judgement),
    await checkBinding(judgement, expected.key, at),
    checkNonce(judgement, expected.nonce),
    checkValidity(judgement),
  ];
  const failed = checks.some(({ status }) => status === "failed");
  return { verdict: { level: failed ? "REJECTED" : judgement.level, checks }, judgement };
}

/** Where there is no genuine evidence, the lines about it do not apply. */
function refused(error: EvidenceError): Examination {
  const expired = error instanceof EvidenceExpired;
  const checks = [
    expired
      ? line("evidence", "not applicable", "not looked at outside of its time")
      : line("evidence", "failed", error.message),
    line("appraisal", "not applicable", NOTHING),
    line("binding", "not applicable", NOTHING),
    line("nonce", "not applicable", NOTHING),
    expired ? line("validity", "failed", error.message) : line("validity", "not applicable", NOTHING),
  ];
  return { verdict: { level: "REJECTED", checks }, judgement: null };
}

/** Signature and chain, down to a root that is believed. */
function checkEvidence({ claims, simulated }: Judgement): Check {
  const parts = claims.map(({ family, anchor }) => `${family} under ${anchor.name}`).join(", ");
  const warning = `SIMULATED enclave: right format, proves nothing about hardware (${parts})`;
  return line("evidence", "passed", simulated ? warning : parts);
}

/** What the rules make of its claims. */
function checkAppraisal({ appraisal: { rejected, warned } }: Judgement): Check {
  if (rejected.length > 0) return line("appraisal", "failed", inWords(rejected));
  if (warned.length > 0) return line("appraisal", "passed", `warned: ${inWords(warned)}`);
  return line("appraisal", "passed", "nothing to object");
}

function inWords(reasons: readonly Reason[]): string {
  return reasons.map(({ rule, message }) => `${message} (${rule})`).join("; ");
}

/** Whether it vouches for the key in question. */
async function checkBinding({ collection, claims }: Judgement, key: Bytes | undefined, at: Date): Promise<Check> {
  const { certificate } = collection;
  if (collection.key.length === 0) {
    return key === undefined
      ? line("binding", "not applicable", "the evidence is for no key of a node's")
      : line("binding", "failed", "the evidence is for no key, so not for the one that signed");
  }
  if (!equal(claims[0].bound, await boundBy(collection))) {
    return line("binding", "failed", "what the enclave signed does not name the keys that the file says it does");
  }
  if (key !== undefined && !equal(key, collection.key)) {
    return line("binding", "failed", "the evidence is for another key than the one that signed");
  }
  const names = `the evidence names the key ${await shortId(collection.key)}`;
  if (certificate === null) return line("binding", "passed", names);
  try {
    await certificate.check(at);
  } catch (error) {
    if (error instanceof KeyNotCertified) return line("binding", "failed", error.message);
    throw error;
  }
  if (certificate.key !== toHex(collection.key)) {
    return line("binding", "failed", "the node's certificate is for another key than the evidence");
  }
  return line("binding", "passed", `${names} of node ${await shortId(fromHex(certificate.node))}`);
}

async function shortId(key: Bytes): Promise<string> {
  return (await keyId(key)).slice(0, 16);
}

/** Whether it answers the asker's challenge, and so is fresh. */
function checkNonce(judgement: Judgement, nonce: Bytes | undefined): Check {
  if (nonce === undefined) return line("nonce", "not applicable", "no challenge to compare with");
  if (answers(judgement, nonce)) {
    return line("nonce", "passed", `answers the challenge ${toHex(nonce).slice(0, 16)}`);
  }
  return line("nonce", "failed", "the evidence answers another challenge, or none: it may be a replay");
}

/**
 * Whether `nonce` is the file's own, which the binding covers. A bare document has its own, or the caller's stands at the
 * start of its 64 bytes, with zeros behind it.
 */
function answers({ collection, claims: [first] }: Judgement, nonce: Bytes): boolean {
  if (collection.key.length > 0) return equal(nonce, collection.nonce);
  if (first.nonce !== null) return equal(nonce, first.nonce);
  if (nonce.length > first.bound.length) return false;
  const padded = new Uint8Array(first.bound.length);
  padded.set(nonce);
  return equal(padded, first.bound);
}

/** Whether certificates and lists held at the time asked about: evidence that did not is never judged. */
function checkValidity({ validity: { notBefore, notAfter } }: Judgement): Check {
  return line("validity", "passed", `held from ${toMinute(notBefore)} to ${toMinute(notAfter)}`);
}

function toMinute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")}Z`;
}

function line(name: string, status: Status, detail: string): Check {
  return { name, status, detail };
}
