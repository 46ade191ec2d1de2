/** Merkle trees of RFC 9162 §2.1 with SHA-256. */
import { sha256 } from "./bytes.mjs";
import { demand } from "./refused.mjs";

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

export const leafHash = (entry) => sha256(LEAF, entry);
const nodeHash = (left, right) => sha256(NODE, left, right);

/** §2.1.1, without recursion: `peaks` are the roots of the complete subtrees so far, largest first. */
export function treeHash(entries) {
  if (entries.length === 0) return sha256();
  const peaks = [];
  entries.forEach((entry, index) => {
    let hash = leafHash(entry);
    for (let size = index; size % 2 === 1; size = (size - 1) / 2) hash = nodeHash(peaks.pop(), hash);
    peaks.push(hash);
  });
  return peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** The root that an inclusion path leads to (§2.1.3.2). Index and size are BigInt. */
export function rootFromPath(leaf, index, size, path) {
  demand(index < size, "The entry is not in the tree of the checkpoint.");
  let [position, last, hash] = [index, size - 1n, leaf];
  for (const sibling of path) {
    demand(last > 0n, "The inclusion path is too long.");
    if (position % 2n === 1n || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2n === 0n && position > 0n) [position, last] = [position / 2n, last / 2n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [position / 2n, last / 2n];
  }
  demand(last === 0n, "The inclusion path is too short.");
  return hash;
}
