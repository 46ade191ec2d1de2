/** AMD's product lines: each has its own bytes in a TCB_VERSION and its own length of a chip's name. */

import type { Bytes } from "../../bytes";
import { EvidenceMalformed } from "../errors";

/** A generation of EPYC processors, as AMD's key distribution service calls it; Genoa is Bergamo and Siena too. */
export type ProductLine = "Milan" | "Genoa" | "Turin";

/** Security version number of each part of the firmware. */
export type Svns = Readonly<Record<string, number>>;

const UNTIL_GENOA: Svns = { bootloader: 0, tee: 1, snp: 6, microcode: 7 };
const SINCE_TURIN: Svns = { fmc: 0, bootloader: 1, tee: 2, snp: 3, microcode: 7 };

/** The byte of each part in a TCB_VERSION (AMD 56860 §2.2). */
const TCB_VERSION: Readonly<Record<ProductLine, Svns>> = {
  Milan: UNTIL_GENOA,
  Genoa: UNTIL_GENOA,
  Turin: SINCE_TURIN,
};

/** Combined family, first and last model of the processors of each line (CPUID Fn0000_0001_EAX). */
const MODELS: readonly (readonly [ProductLine, number, number, number])[] = [
  ["Milan", 0x19, 0x00, 0x0f],
  ["Genoa", 0x19, 0x10, 0x1f],
  ["Genoa", 0x19, 0xa0, 0xaf],
  ["Turin", 0x1a, 0x00, 0x11],
];

/** The line of a processor; throws `EvidenceMalformed` for one that belongs to none. */
export function lineOfCpuid(family: number, model: number): ProductLine {
  const found = MODELS.find(([, of, first, last]) => family === of && first <= model && model <= last);
  if (found === undefined) {
    throw new EvidenceMalformed(`no product line is known for processor family ${family} model ${model}`);
  }
  return found[0];
}

/** Bytes of a chip's name in its certificate; in a report zeros follow, up to 64 (AMD 57230 §3). */
export function chipIdSize(line: ProductLine): number {
  return line === "Turin" ? 8 : 64;
}

/** What a TCB_VERSION says on this line. */
export function svnsOf(line: ProductLine, tcb: Bytes): Svns {
  return Object.fromEntries(Object.entries(TCB_VERSION[line]).map(([part, offset]) => [part, tcb[offset] ?? 0]));
}

/** The parts of the firmware that have security version numbers. */
export function partsOf(line: ProductLine): readonly string[] {
  return Object.keys(TCB_VERSION[line]);
}
