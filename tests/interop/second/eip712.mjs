/** The twin for the chain (§10): the statement as EIP-712 typed data. */
import { sha256 } from "./bytes.mjs";
import { canonical } from "./canonical.mjs";
import { keccak256 } from "./keccak.mjs";

const MODES = ["vanilla", "zkml", "tee", "replay"];

export const RECEIPT = {
  receiptId: "bytes32",
  modelDigest: "bytes32",
  requestCommit: "bytes32",
  outputCommit: "bytes32",
  evidenceDigest: "bytes32",
  mode: "uint8",
  nonce: "bytes32",
  issuedAt: "uint64",
  node: "bytes32",
};
export const DOMAIN = { name: "string", version: "string", chainId: "uint256", verifyingContract: "address" };

/** The `Receipt` message of a statement; bytes as 0x-hex. */
export function messageOf(statement) {
  const hex = (text) => `0x${text}`;
  const digest = (bytes) => hex(sha256(bytes).toString("hex"));
  return {
    receiptId: hex(statement.id),
    modelDigest: digest(canonical(statement.model)),
    requestCommit: hex(statement.request.body),
    outputCommit: hex(statement.answerDigest),
    evidenceDigest: digest(canonical(statement.evidence)),
    mode: MODES.indexOf(statement.mode),
    nonce: digest(Buffer.from(statement.nonce)),
    issuedAt: Math.floor(statement.issuedAt / 1000),
    node: hex(statement.node),
  };
}

/** What a settlement signs: EIP-712 `encode(domainSeparator, message)`, hashed. */
export function typedDataHash(domain, message) {
  const hashes = [structHash("EIP712Domain", DOMAIN, domain), structHash("Receipt", RECEIPT, message)];
  return keccak256(Buffer.concat([Buffer.from([0x19, 0x01]), ...hashes]));
}

function structHash(name, members, value) {
  const declared = Object.entries(members).map(([member, type]) => `${type} ${member}`);
  const typeHash = keccak256(Buffer.from(`${name}(${declared.join(",")})`));
  const words = Object.entries(members).map(([member, type]) => word(type, value[member]));
  return keccak256(Buffer.concat([typeHash, ...words]));
}

/** `encodeData` of an atomic or dynamic value: 32 bytes. */
function word(type, value) {
  if (type === "string") return keccak256(Buffer.from(value));
  return Buffer.from(BigInt(value).toString(16).padStart(64, "0"), "hex");
}
