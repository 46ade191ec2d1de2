/**
 * A node's evidence in one file: what each of its attesters says, and which keys all of it vouches for.
 *
 * A composite attester (RFC 9334 §3.3) comes as several parts: the processor's evidence first, then that of its
 * accelerators, whose challenge is the SHA-256 of the first. So an accelerator cannot be borrowed from another machine.
 */

import { type Bytes, equal, fromBase64, fromHex, fromUtf8, sha256, toBase64, toHex, toUtf8 } from "../bytes";
import { FormatError } from "../errors";
import { canonicalize, type Json, listIn, membersOf, objectIn, textIn } from "../json";
import { KeyCertificate } from "../keys/certificate";
import { bind, NODE_KEY_DOMAIN } from "./binding";
import { EvidenceMalformed } from "./errors";
import type { Evidence } from "./evidence";

/** Names the format, in the file and in the receipts that point to one. */
export const TYPE = "urn:assay:evidence:v1";

export const MAX_BYTES = 8 * 1024 * 1024;
export const KEY_BYTES = 32;
export const MAX_CHANNEL_KEYS = 16;
export const MAX_NONCE = 64;
/** A processor and eight accelerators, the most that one confidential machine has. */
export const MAX_PARTS = 9;

/** Evidence and the keys it is for. Nothing in it has been checked yet. */
export interface Collection {
  readonly parts: readonly [Evidence, ...Evidence[]];
  /** The raw public key (Ed25519, 32 bytes) by which the enclave signs receipts; empty when it is for none. */
  readonly key: Bytes;
  /** The public keys by which it ends TLS or HPKE, in the order of `bind`. */
  readonly channelKeys: readonly Bytes[];
  /** The challenge that all of it answers; empty when there was none. */
  readonly nonce: Bytes;
  /** The node's word for `key`, where there is a node behind it. */
  readonly certificate: KeyCertificate | null;
}

/** Throws `EvidenceMalformed` for anything but an evidence file in the one way to write it, RFC 8785 JSON. */
export function parseCollection(file: Bytes): Collection {
  if (file.length > MAX_BYTES) {
    throw new EvidenceMalformed(`an evidence file has at most ${MAX_BYTES} bytes`);
  }
  try {
    const collection = fromJson(JSON.parse(fromUtf8(file)));
    if (fits(collection) && equal(toUtf8(canonicalize(toJson(collection))), file)) return collection;
  } catch {
    // It has not even the members of one, which is no other refusal than to have written them badly.
  }
  throw new EvidenceMalformed(`this is no evidence file of type ${TYPE}, written as a node writes it`);
}

function fits({ key, channelKeys, nonce }: Collection): boolean {
  const isKey = key.length === 0 || key.length === KEY_BYTES;
  return isKey && channelKeys.length <= MAX_CHANNEL_KEYS && nonce.length <= MAX_NONCE;
}

/** The 64 bytes that the first part must have signed. */
export function boundBy({ key, channelKeys, nonce }: Collection): Promise<Bytes> {
  return bind(NODE_KEY_DOMAIN, key, channelKeys, nonce);
}

/** The nonce for the accelerators of the machine that issued the document `processor`. */
export function challenge(processor: Bytes): Promise<Bytes> {
  return sha256(processor);
}

function fromJson(value: unknown): Collection {
  const members = membersOf(value, "certificate", "channel_keys", "key", "nonce", "parts", "type");
  const [first, ...others] = listIn(members["parts"]).map(partFromJson);
  if (first === undefined || others.length >= MAX_PARTS) {
    throw new FormatError(`this has not 1 to ${MAX_PARTS} parts`);
  }
  return {
    parts: [first, ...others],
    key: fromHex(textIn(members["key"])),
    channelKeys: listIn(members["channel_keys"]).map((key) => fromHex(textIn(key))),
    nonce: fromHex(textIn(members["nonce"])),
    certificate: members["certificate"] === null ? null : KeyCertificate.fromJson(members["certificate"]),
  };
}

function toJson({ parts, key, channelKeys, nonce, certificate }: Collection): Json {
  return {
    certificate: certificate?.toJson() ?? null,
    channel_keys: channelKeys.map(toHex),
    key: toHex(key),
    nonce: toHex(nonce),
    parts: parts.map(partToJson),
    type: TYPE,
  };
}

function partFromJson(value: unknown): Evidence {
  const members = membersOf(value, "collateral", "document", "family");
  const files = Object.entries(objectIn(members["collateral"]));
  return {
    family: textIn(members["family"]),
    document: fromBase64(textIn(members["document"])),
    collateral: Object.fromEntries(files.map(([name, content]) => [name, fromBase64(textIn(content))])),
  };
}

function partToJson({ family, document, collateral }: Evidence): Json {
  const files = Object.entries(collateral).map(([name, content]) => [name, toBase64(content)]);
  return { collateral: Object.fromEntries(files), document: toBase64(document), family };
}
