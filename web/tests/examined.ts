/** Examinations and their outcomes as JSON: the shape of `tests/vectors/examinations.json`. */

import {
  AssayError,
  type Bytes,
  examine,
  type Examination,
  Judge,
  type Reason,
  type Reference,
  type TrustAnchor,
} from "../src/evidence/index";

export interface Case {
  readonly name: string;
  /** Base64, as are the key and the nonce. */
  readonly file: string;
  readonly anchors: readonly TrustAnchor[];
  readonly references: readonly Reference[];
  /** ISO 8601. */
  readonly at: string;
  readonly key: string | null;
  readonly nonce: string | null;
}

export interface Outcome {
  readonly level: string;
  /** The status of each line, by its name. */
  readonly checks: Readonly<Record<string, string>>;
  /** Names of rules. */
  readonly rejected: readonly string[];
  readonly warned: readonly string[];
  /** The code of why there is no genuine evidence. */
  readonly error: string | null;
}

/** What the examiner makes of a case. */
export async function outcome(of: Case): Promise<Outcome> {
  const { verdict, judgement } = await examined(of);
  return {
    level: verdict.level,
    checks: Object.fromEntries(verdict.checks.map(({ name, status }) => [name, status])),
    rejected: rulesOf(judgement?.appraisal.rejected),
    warned: rulesOf(judgement?.appraisal.warned),
    error: await errorOf(of),
  };
}

export function examined(of: Case): Promise<Examination> {
  const expected = {
    ...(of.key === null ? {} : { key: bytes(of.key) }),
    ...(of.nonce === null ? {} : { nonce: bytes(of.nonce) }),
  };
  return examine(judgeOf(of), bytes(of.file), new Date(of.at), expected);
}

async function errorOf(of: Case): Promise<string | null> {
  try {
    await judgeOf(of).judge(bytes(of.file), new Date(of.at));
    return null;
  } catch (error) {
    if (error instanceof AssayError) return error.code;
    throw error;
  }
}

function judgeOf({ anchors, references }: Case): Judge {
  return new Judge(anchors, references);
}

function rulesOf(reasons: readonly Reason[] = []): string[] {
  return [...new Set(reasons.map(({ rule }) => rule))].sort();
}

function bytes(base64: string): Bytes {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}
