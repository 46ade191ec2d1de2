/**
 * Judges a node's evidence: is it genuine, is it good enough, and as of when.
 *
 * Evidence, appraisal and result stay three things (RFC 9334 §5): the families say what is claimed, the rules say what
 * that is worth, and only then is there a level.
 */

import { type Bytes, equal } from "../bytes";
import type { Level } from "../verdict";
import type { TrustAnchor } from "./anchors";
import { type Appraisal, appraise, type Reference } from "./appraisal";
import type { Claims } from "./claims";
import { challenge, type Collection, parseCollection } from "./collection";
import { EvidenceBorrowed } from "./errors";
import { verify } from "./families";
import { ofAll, type Validity } from "./validity";

const MINUTE_MS = 60_000;

/** What genuine evidence claims, and what the rules make of it. */
export class Judgement {
  constructor(
    readonly collection: Collection,
    /** Of each part, in the collection's order. */
    readonly claims: readonly [Claims, ...Claims[]],
    readonly appraisal: Appraisal,
  ) {}

  /** When all of its certificates and lists hold. */
  get validity(): Validity {
    return ofAll(this.claims);
  }

  /** Whether software signed any of it. */
  get simulated(): boolean {
    return this.claims.some(({ anchor }) => anchor.kind === "simulated");
  }

  /** Simulated evidence never reads as attested, whatever the rules say of it. */
  get level(): Level {
    if (this.appraisal.rejected.length > 0) return "REJECTED";
    if (this.simulated) return "SIGNED-SIMULATED";
    return this.appraisal.warned.length > 0 ? "ATTESTED-WARN" : "ATTESTED";
  }
}

/** Believes some roots, and knows some code. */
export class Judge {
  /** `anchors` are the roots to believe, `references` the registers of known code (RFC 9334 §4.1). */
  constructor(
    private readonly anchors: readonly TrustAnchor[],
    private readonly references: readonly Reference[],
  ) {}

  /** Judges an evidence file as of `at`; throws an `EvidenceError` for what is not genuine then. */
  async judge(file: Bytes, at: Date): Promise<Judgement> {
    const collection = parseCollection(file);
    const claims = await this.read(collection, at);
    // The finest time that rules are told, here as elsewhere: two verifiers must not differ by a second.
    const minute = new Date(Math.floor(at.getTime() / MINUTE_MS) * MINUTE_MS);
    return new Judgement(collection, claims, appraise(claims, minute, this.references));
  }

  /** What each part claims, once it is genuine and all parts are of one machine. */
  private async read({ parts: [processor, ...accelerators] }: Collection, at: Date): Promise<[Claims, ...Claims[]]> {
    const claims: [Claims, ...Claims[]] = [await verify(processor, this.anchors, at)];
    for (const accelerator of accelerators) {
      claims.push(await verify(accelerator, this.anchors, at));
    }
    const expected = await challenge(processor.document);
    for (const { family, nonce } of claims.slice(1)) {
      if (nonce === null || !equal(nonce, expected)) {
        throw new EvidenceBorrowed(`the ${family} evidence does not answer this machine's challenge`);
      }
    }
    return claims;
  }
}
