/** One document of one attester, with the collateral that lets it be judged without a network. */

import type { Bytes } from "../bytes";
import type { Collateral } from "./claims";

/** What a verifier is handed; nothing in it has been checked yet. */
export interface Evidence {
  /** The format, which says who can read it; a browser reads `nitro` and `snp`. */
  readonly family: string;
  readonly document: Bytes;
  readonly collateral: Collateral;
}
