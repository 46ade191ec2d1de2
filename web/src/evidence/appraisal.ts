/**
 * What genuine claims are worth (RFC 9334 §8.5): the rules of `rules.rego` that can concern Nitro or SEV-SNP, by the
 * same names and in the same words.
 *
 * A rule can say two things of a claim: that it must not count at all, or that it counts for less. The level follows
 * from that and from the root's kind; no rule raises it.
 */

import { type Claims, measured } from "./claims";

/** The registers of known code (RFC 9334 §4.1), such as `{PCR0: "..."}`. */
export type Reference = Readonly<Record<string, string>>;

/** Why evidence counts for less, or for nothing. */
export interface Reason {
  /** The rule's stable name, such as `debug`. */
  readonly rule: string;
  /** Of the evidence it is about. */
  readonly family: string;
  /** For a person to read. */
  readonly message: string;
}

/** What the rules say of one attester, simple or composite. */
export interface Appraisal {
  /** Any of these, and the evidence counts for nothing. */
  readonly rejected: readonly Reason[];
  readonly warned: readonly Reason[];
}

/** What rules look at beside the claims. */
interface Context {
  /** The time to judge as of. */
  readonly at: Date;
  readonly references: readonly Reference[];
}

/** Its objections to the claims of one part, in words; none where all is well. */
type Rule = (one: Claims, context: Context) => readonly string[];

const PROCESSORS = new Set(["nitro", "snp"]);
const FIRMWARE_PARTS = ["bootloader", "tee", "snp", "microcode", "fmc"];
const SKEW_MS = 120_000;

/** Why evidence counts for nothing. */
export const REJECT: Readonly<Record<string, Rule>> = {
  /** A vendor's root for engineering parts: its hardware is real, its secrets are not. */
  debug_root: ({ anchor }) => when(anchor.kind === "debug", "the root is for engineering parts"),

  /** Nobody wrote a rule for it, so nobody knows what its claims are worth. */
  unlisted_family: ({ family }) => when(!PROCESSORS.has(family), "no rule knows evidence of this family"),

  /** The operator of a debug enclave reads and changes what it likes. */
  debug: ({ debug }) => when(debug === true, "it runs in debug mode: its operator can read and change it"),

  /** A Nitro enclave that was started to be debugged has no debug bit; its registers are zero. */
  zero_measurement: (one) =>
    when(!measured(one), "its code registers are all zero: it was started to be debugged"),

  /** A clock that runs ahead says nothing about when. */
  from_the_future: ({ issuedAt }, { at }) =>
    when(Number(issuedAt) > Number(at) + SKEW_MS, "it was issued after the time it is judged at"),
};

/** Why it counts for less. */
export const WARN: Readonly<Record<string, Rule>> = {
  /** Genuine hardware runs any code. Only registers that are known say which. */
  unknown_code: (one, { references }) =>
    when(!references.some((registers) => fits(registers, one)), "the code that it runs is not known here"),

  /** Less privileged software of the guest, such as a paravisor above it, is not what asked for this report. */
  vmpl: ({ attributes: { vmpl } }) => when(Number(vmpl) > 0, `asked for at privilege level ${vmpl}, not 0`),

  /** A migration agent is handed the guest's memory and is not part of what was measured. */
  migratable: ({ attributes }) =>
    when(attributes["MIGRATE_MA"] === true, "its policy lets it be migrated to another machine"),

  /** The key that signs belongs to older firmware than the platform promised never to go back behind. */
  tcb_behind: ({ versions }) =>
    FIRMWARE_PARTS.filter((part) => Number(versions[`reported_${part}`]) < Number(versions[`committed_${part}`]))
      .map((part) => `its key is that of older firmware: ${part}`),

  /** Lists that nobody looked at could have said that something is wrong. */
  missing_collateral: ({ missing }) => when(missing.length > 0, `not looked at: ${missing.join(", ")}`),
};

/** Judges the claims of one attester as of `at`: a processor's first, then its accelerators'. */
export function appraise(claims: readonly Claims[], at: Date, references: readonly Reference[]): Appraisal {
  const context = { at, references };
  return { rejected: objections(REJECT, claims, context), warned: objections(WARN, claims, context) };
}

function objections(rules: typeof REJECT, claims: readonly Claims[], context: Context): Reason[] {
  return Object.entries(rules).flatMap(([rule, judge]) =>
    claims.flatMap((one) => judge(one, context).map((message) => ({ rule, family: one.family, message }))),
  );
}

function when(spoken: boolean, message: string): readonly string[] {
  return spoken ? [message] : [];
}

/** Whether all that a reference names is as it says; one that names no register would fit everything. */
function fits(registers: Reference, { measurements }: Claims): boolean {
  const named = Object.entries(registers);
  return named.length > 0 && named.every(([name, digest]) => measurements[name] === digest);
}
