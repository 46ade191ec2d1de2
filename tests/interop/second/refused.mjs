/** A reason to fail a check: one sentence, without any of the content it is about. */
export class Refused extends Error {}

export function demand(condition, reason) {
  if (!condition) throw new Refused(reason);
}
