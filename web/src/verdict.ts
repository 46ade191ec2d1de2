/** The verifier's answer: a level, and one line for each check. */

/** How much evidence is worth, lowest first: the part of Assay's frozen scale that evidence alone can reach. */
export type Level = "REJECTED" | "SIGNED-SIMULATED" | "ATTESTED-WARN" | "ATTESTED";

/** Outcome of one check; `not applicable` says that nothing was there to check, and why. */
export type Status = "passed" | "failed" | "not applicable";

/** One line of a verdict. */
export interface Check {
  readonly name: string;
  readonly status: Status;
  /** For a person to read. */
  readonly detail: string;
}

/** A level with its reasons, in the order in which they were checked; as JSON, what `assay verify --json` prints. */
export interface Verdict {
  readonly level: Level;
  readonly checks: readonly Check[];
}
