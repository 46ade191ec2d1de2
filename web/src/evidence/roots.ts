/** The vendors' roots, pinned by fingerprint: the same as `assay.trust.evidence.roots`, which names the sources. */

import type { TrustAnchor } from "./anchors";

export const AWS_NITRO_G1: TrustAnchor = {
  kind: "production",
  family: "nitro",
  name: "AWS Nitro Enclaves root G1",
  fingerprint: "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b",
};

export const AMD_ARK_MILAN: TrustAnchor = {
  kind: "production",
  family: "snp",
  name: "AMD ARK-Milan",
  fingerprint: "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd",
};

export const AMD_ARK_GENOA: TrustAnchor = {
  kind: "production",
  family: "snp",
  name: "AMD ARK-Genoa",
  fingerprint: "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1",
};

export const AMD_ARK_TURIN: TrustAnchor = {
  kind: "production",
  family: "snp",
  name: "AMD ARK-Turin",
  fingerprint: "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a",
};

/** Every root whose leaves live in hardware and whose evidence a browser can read. */
export const PRODUCTION: readonly TrustAnchor[] = [AWS_NITRO_G1, AMD_ARK_MILAN, AMD_ARK_GENOA, AMD_ARK_TURIN];
