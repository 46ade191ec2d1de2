/**
 * The certificates and the revocation list that a report is judged with.
 *
 * A report carries none. Beside it come `vcek` or `vlek`, the signing key's certificate, DER; `chain`, the certificates
 * above it, PEM: the ASK (or ASVK), then the ARK; and `crl`, the ARK's revocation list, DER. Without the last, nobody
 * knows whether AMD has revoked the signing key's issuer.
 */

import { type Certificate, parseCertificate } from "../certificates";
import type { Collateral as Files } from "../claims";
import { EvidenceCollateralMissing, EvidenceMalformed, EvidenceSignatureInvalid } from "../errors";
import { certificatesIn } from "../pem";
import { RevocationList } from "../revocation";
import type { SigningKey } from "./report";

const NAMES = ["vcek", "vlek", "chain", "crl"];

/** Bytes of each; AMD's certificates have less than 2 KiB. */
const MAX_FILE = 64 * 1024;

/** What came with a report, read and not believed yet. */
export interface Collateral {
  readonly ark: Certificate;
  readonly ask: Certificate;
  readonly leaf: Certificate;
  readonly crl: RevocationList | null;
}

/**
 * The part of `files` that is for a report signed by `signingKey`.
 *
 * Throws `EvidenceCollateralMissing` without certificates, `EvidenceMalformed` for a name that is none of these and for
 * what cannot be read, `EvidenceSignatureInvalid` for a report that no key signed.
 */
export async function readCollateral(files: Files, signingKey: SigningKey): Promise<Collateral> {
  if (!Object.keys(files).every((name) => NAMES.includes(name))) {
    throw new EvidenceMalformed(`collateral of SEV-SNP is called ${NAMES.join(", ")}`);
  }
  if (Object.values(files).some((content) => content.length > MAX_FILE)) {
    throw new EvidenceMalformed(`a file of SEV-SNP collateral has at most ${MAX_FILE} bytes`);
  }
  if (signingKey === "NONE") {
    throw new EvidenceSignatureInvalid("the firmware was told not to sign this report");
  }
  const { chain, crl, [signingKey.toLowerCase()]: leaf } = files;
  if (leaf === undefined || chain === undefined) {
    throw new EvidenceCollateralMissing(`a report signed by a ${signingKey} needs its certificate and the chain above`);
  }
  const [ask, ark, ...rest] = await Promise.all(certificatesIn(chain).map(parseCertificate));
  if (ask === undefined || ark === undefined || rest.length > 0) {
    throw new EvidenceMalformed("the chain is not exactly two certificates, the ASK's and the ARK's");
  }
  return {
    ark,
    ask,
    leaf: await parseCertificate(leaf),
    crl: crl === undefined ? null : RevocationList.parse(crl),
  };
}
