/** ECDSA on P-384 over SHA-384 (FIPS 186-5 §6): how Nitro and SEV-SNP sign what they attest. */

import type { Bytes } from "../bytes";
import type { Certificate } from "./certificates";
import { EvidenceChainInvalid, EvidenceSignatureInvalid } from "./errors";
import type { PublicKey } from "./public_key";

/** Bytes of each of `r` and `s`. */
export const HALF = 48;

/** The key that `leaf` certifies; throws `EvidenceChainInvalid` when it is not on P-384. */
export function keyOf(leaf: Certificate): PublicKey {
  if (leaf.publicKey.curve !== "P-384") {
    throw new EvidenceChainInvalid("the leaf certificate's key is not on P-384");
  }
  return leaf.publicKey;
}

/** Throws `EvidenceSignatureInvalid` unless `key` made `signature`, `r || s` big-endian, over `message`. */
export async function verify(key: PublicKey, signature: Bytes, message: Bytes): Promise<void> {
  if (!(await key.verifyEcdsa("SHA-384", signature, message))) {
    throw new EvidenceSignatureInvalid("the document's signature does not fit its leaf key");
  }
}
