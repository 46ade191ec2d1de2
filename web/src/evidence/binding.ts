/** One rule for what goes into the 64 bytes that every kind of evidence lets its caller choose. */

import { type Bytes, concat, sha512, toUtf8 } from "../bytes";

/** Binds a node's receipt-signing key, and the keys of its channels, to the enclave that holds them. */
export const NODE_KEY_DOMAIN = "assay.node-key.v1";

/**
 * The 64 bytes by which evidence vouches for keys: SHA-512 over one unambiguous encoding.
 *
 * Every part is preceded by its length, and the channels' keys by their number. `domain` names the use. `signingKey` is
 * the raw public key. `channelKeys` are those by which the enclave ends TLS (SubjectPublicKeyInfo) or HPKE (RFC 9180
 * §7.1.1), in this order, and may be none. `nonce` is the caller's challenge, empty when there was none.
 */
export function bind(domain: string, signingKey: Bytes, channelKeys: readonly Bytes[], nonce: Bytes): Promise<Bytes> {
  return sha512(
    concat(part(toUtf8(domain)), part(signingKey), u32(channelKeys.length), ...channelKeys.map(part), part(nonce)),
  );
}

function part(content: Bytes): Bytes {
  return concat(u32(content.length), content);
}

/** Big-endian. */
function u32(number: number): Bytes {
  const encoded = new Uint8Array(4);
  new DataView(encoded.buffer).setUint32(0, number);
  return encoded;
}
