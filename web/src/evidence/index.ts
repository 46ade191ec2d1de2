/**
 * Evidence of trusted execution environments, checked down to a pinned root and judged, in the browser.
 *
 * `examine` is for a node's evidence file, and answers with a level and five lines; `verify` is for a single document,
 * and says what it claims. WebCrypto is all they stand on, so a page needs a secure context.
 */

export type { Bytes } from "../bytes";
export { AssayError } from "../errors";
export type { Check, Level, Status, Verdict } from "../verdict";
export type { AnchorKind, TrustAnchor } from "./anchors";
export { type Appraisal, type Reason, type Reference, REJECT, WARN } from "./appraisal";
export { type Claims, type Collateral, measured } from "./claims";
export type { Collection } from "./collection";
export * from "./errors";
export type { Evidence } from "./evidence";
export { examine, type Examination, type Expected } from "./examination";
export { verify } from "./families";
export { Judge, type Judgement } from "./judge";
export * from "./roots";
