/** What is thrown on purpose: the codes are those of `assay.errors`. */

/** Something is not what it should be; the message says what, and contains no secret. */
export abstract class AssayError extends Error {
  /** Stable across releases, and the same in every implementation. */
  abstract readonly code: string;
  /** What the reader can do about it. */
  abstract readonly hint: string;
}

/** A text is not written as its format says. */
export class FormatError extends AssayError {
  readonly code = "format_invalid";
  readonly hint = "fetch it again, and do not re-indent, re-order or convert it";
}
