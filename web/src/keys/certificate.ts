/** A node's word that a key signs for it, for a while. */

import { type Bytes, fromBase64, fromHex, toBase64, toUtf8 } from "../bytes";
import { isSigned } from "../envelope";
import { AssayError, FormatError } from "../errors";
import { canonicalize, membersOf, textIn } from "../json";
import { readTime } from "../timestamp";

const PAYLOAD_TYPE = "application/vnd.assay.key+json";
const TYPE = "urn:assay:key:v1";
/** Bytes of a raw Ed25519 public key. */
const KEY_SIZE = 32;

/** No node stands behind a key at the time in question. */
export class KeyNotCertified extends AssayError {
  readonly code = "key_not_certified";
  readonly hint = "the receipt, or its certificate, was changed; or the node's clock is wrong";
}

/** One key of a node's, with the node's signature. Nothing in it has been checked yet. */
export class KeyCertificate {
  private constructor(
    /** The identity: a raw Ed25519 public key, in hexadecimal. */
    readonly node: string,
    /** The key that signs for it, likewise. */
    readonly key: string,
    /** RFC 3339 in UTC with milliseconds; this instant included, as is the next. */
    readonly notBefore: string,
    readonly notAfter: string,
    /** By the identity, over the DSSE encoding of the rest. */
    private readonly signature: Bytes,
  ) {}

  /** Reads what `toJson` wrote; throws `FormatError` for anything else. */
  static fromJson(value: unknown): KeyCertificate {
    const members = membersOf(value, "node", "not_after", "not_before", "public", "signature");
    return new KeyCertificate(
      rawKey(members["node"]),
      rawKey(members["public"]),
      time(members["not_before"]),
      time(members["not_after"]),
      fromBase64(textIn(members["signature"])),
    );
  }

  toJson(): Record<string, string> {
    return {
      node: this.node,
      not_after: this.notAfter,
      not_before: this.notBefore,
      public: this.key,
      signature: toBase64(this.signature),
    };
  }

  /** Throws `KeyNotCertified` unless the identity signed this, and it holds at `at`. */
  async check(at: Date): Promise<void> {
    const { node, key, notBefore, notAfter } = this;
    const payload = canonicalize({ key, node, not_after: notAfter, not_before: notBefore, type: TYPE });
    if (!(await isSigned(fromHex(node), PAYLOAD_TYPE, toUtf8(payload), this.signature))) {
      throw new KeyNotCertified("The node did not certify the key that signed.");
    }
    if (!(readTime(notBefore) <= at && at <= readTime(notAfter))) {
      throw new KeyNotCertified(`The node certified the key that signed from ${notBefore} to ${notAfter} only.`);
    }
  }
}

function rawKey(value: unknown): string {
  const text = textIn(value);
  if (fromHex(text).length !== KEY_SIZE) {
    throw new FormatError("a key is not one of Ed25519");
  }
  return text;
}

function time(value: unknown): string {
  const text = textIn(value);
  readTime(text);
  return text;
}
