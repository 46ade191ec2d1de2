/** What a genuine report claims, in the words of RATS; its fields keep the names of AMD's specification. */

import type { TrustAnchor } from "../anchors";
import { toHex } from "../../bytes";
import type { Claims } from "../claims";
import type { Validity } from "../validity";
import type { Endorsement } from "./endorsement";
import { svnsOf } from "./product";
import type { Report } from "./report";

export const FAMILY = "snp";

type Bits = Readonly<Record<string, number>>;

/** Bits of POLICY: what the guest's owner allows or demands (AMD 56860 §4.3). */
const POLICY: Bits = {
  SMT: 16,
  MIGRATE_MA: 18,
  DEBUG: 19,
  SINGLE_SOCKET: 20,
  CXL_ALLOW: 21,
  MEM_AES_256_XTS: 22,
  RAPL_DIS: 23,
  CIPHERTEXT_HIDING_DRAM: 24,
  PAGE_SWAP_DISABLE: 25,
};

/** Bits of PLATFORM_INFO: what the machine has switched on; RAPL_DIS is in both. */
const PLATFORM_INFO: Bits = {
  PLATFORM_SMT_EN: 0,
  PLATFORM_TSME_EN: 1,
  PLATFORM_ECC_EN: 2,
  PLATFORM_RAPL_DIS: 3,
  PLATFORM_CIPHERTEXT_HIDING_DRAM_EN: 4,
  PLATFORM_ALIAS_CHECK_COMPLETE: 5,
  PLATFORM_TIO_EN: 7,
};

const KEY_INFO: Bits = { AUTHOR_KEY_EN: 0, MASK_CHIP_KEY: 1 };

/** The claims of `report`, which a key with this `endorsement` signed. */
export function claimsOf(
  report: Report,
  endorsement: Endorsement,
  anchor: TrustAnchor,
  validity: Validity,
  missing: readonly string[],
): Claims {
  return {
    family: FAMILY,
    anchor,
    identity: endorsement.kind === "VLEK" ? `VLEK ${endorsement.identity}` : endorsement.identity,
    measurements: {
      MEASUREMENT: toHex(report.measurement),
      HOST_DATA: toHex(report.hostData),
      ID_KEY_DIGEST: toHex(report.idKeyDigest),
      AUTHOR_KEY_DIGEST: toHex(report.authorKeyDigest),
      FAMILY_ID: toHex(report.familyId),
      IMAGE_ID: toHex(report.imageId),
    },
    code: ["MEASUREMENT"],
    bound: report.reportData,
    nonce: null,
    publicKey: null,
    issuedAt: null,
    notBefore: validity.notBefore,
    notAfter: validity.notAfter,
    debug: bitsOf(report.policy, POLICY)["DEBUG"] === true,
    versions: versionsOf(report, endorsement),
    attributes: attributesOf(report, endorsement),
    missing,
  };
}

/** Security version numbers as `reported_snp`, `committed_microcode` and so on, and the firmware's release. */
function versionsOf(report: Report, { line }: Endorsement): Claims["versions"] {
  const tcbs = {
    reported: report.reportedTcb,
    current: report.currentTcb,
    committed: report.committedTcb,
    launch: report.launchTcb,
  };
  const svns = Object.entries(tcbs).flatMap(([which, tcb]) =>
    Object.entries(svnsOf(line, tcb)).map(([part, svn]) => [`${which}_${part}`, svn] as const),
  );
  return {
    ...Object.fromEntries(svns),
    current_firmware: report.currentVersion,
    committed_firmware: report.committedVersion,
  };
}

function attributesOf(report: Report, endorsement: Endorsement): Claims["attributes"] {
  return {
    product: endorsement.line,
    product_name: endorsement.productName,
    signing_key: endorsement.kind,
    version: report.version,
    vmpl: report.vmpl,
    guest_svn: report.guestSvn,
    chip_id: toHex(report.chipId),
    chip_id_masked: report.chipId.every((octet) => octet === 0),
    policy: hexadecimal(report.policy),
    ABI_MINOR: Number(report.policy & 0xffn),
    ABI_MAJOR: Number((report.policy >> 8n) & 0xffn),
    ...bitsOf(report.policy, POLICY),
    ...bitsOf(BigInt(report.keyInfo), KEY_INFO),
    ...bitsOf(report.platformInfo, PLATFORM_INFO),
    launch_mit_vector: hexadecimal(report.launchMitVector),
    current_mit_vector: hexadecimal(report.currentMitVector),
  };
}

function bitsOf(field: bigint, names: Bits): Record<string, boolean> {
  return Object.fromEntries(
    Object.entries(names).map(([name, bit]) => [name, ((field >> BigInt(bit)) & 1n) === 1n]),
  );
}

/** A 64-bit field, 16 digits. */
function hexadecimal(field: bigint): string {
  return field.toString(16).padStart(16, "0");
}
