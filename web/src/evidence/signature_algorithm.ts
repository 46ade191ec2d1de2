/** How certificates and revocation lists are signed (RFC 5758, RFC 4055). */

import type { Bytes } from "../bytes";
import { context, DerReader } from "./der";
import { EvidenceMalformed } from "./errors";

export type Hash = "SHA-256" | "SHA-384" | "SHA-512";

const RSASSA_PSS = "1.2.840.113549.1.1.10";
const MGF1 = "1.2.840.113549.1.1.8";

const ECDSA_WITH: Readonly<Record<string, Hash>> = {
  "1.2.840.10045.4.3.2": "SHA-256",
  "1.2.840.10045.4.3.3": "SHA-384",
  "1.2.840.10045.4.3.4": "SHA-512",
};

/** SHA-1 and SHA-224 are too weak; PKCS #1 v1.5 is strong enough and signs no vendor's evidence. */
const NOT_BELIEVED = new Set([
  "1.2.840.10045.4.1", // ecdsa-with-SHA1
  "1.2.840.10045.4.3.1", // ecdsa-with-SHA224
  "1.2.840.113549.1.1.5", // sha1WithRSAEncryption
  "1.2.840.113549.1.1.11", // sha256WithRSAEncryption
  "1.2.840.113549.1.1.12", // sha384WithRSAEncryption
  "1.2.840.113549.1.1.13", // sha512WithRSAEncryption
]);

const HASHES: Readonly<Record<string, Hash>> = {
  "2.16.840.1.101.3.4.2.1": "SHA-256",
  "2.16.840.1.101.3.4.2.2": "SHA-384",
  "2.16.840.1.101.3.4.2.3": "SHA-512",
};

/** How a certificate was signed; null stands for a way that no rule here believes, such as over SHA-1. */
export type SignatureAlgorithm =
  | { readonly name: "ECDSA"; readonly hash: Hash }
  | { readonly name: "RSA-PSS"; readonly hash: Hash; readonly saltLength: number }
  | null;

/** Reads an `AlgorithmIdentifier` (RFC 5280 §4.1.1.2); throws `EvidenceMalformed` for one that is not known. */
export function parseSignatureAlgorithm(encoded: Bytes): SignatureAlgorithm {
  const identifier = DerReader.inside(encoded);
  const oid = identifier.oid();
  if (oid === RSASSA_PSS) return parsePss(identifier.sequence());
  const hash = ECDSA_WITH[oid];
  if (NOT_BELIEVED.has(oid)) return null;
  identifier.end();
  if (hash === undefined) {
    throw new EvidenceMalformed("a certificate is signed in a way that nobody here knows");
  }
  return { name: "ECDSA", hash };
}

/** `RSASSA-PSS-params` (RFC 4055 §3.1); the defaults left out would be SHA-1. */
function parsePss(parameters: DerReader): SignatureAlgorithm {
  const hash = parameters.optional(context(0));
  const mask = parameters.optional(context(1));
  const salt = parameters.optional(context(2));
  parameters.optional(context(3)); // the trailer, of which there is one kind; AMD writes it out
  parameters.end();
  if (hash === null || mask === null || salt === null) return null;

  const name = HASHES[DerReader.inside(hash.content).oid()];
  const generator = DerReader.inside(mask.content);
  const maskedBy = generator.oid() === MGF1 ? HASHES[generator.sequence().oid()] : undefined;
  if (name === undefined || maskedBy !== name) return null;
  return { name: "RSA-PSS", hash: name, saltLength: new DerReader(salt.content).count() };
}
