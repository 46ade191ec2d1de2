/** Instants as certificates write them. */

import { DerReader, type Element, TAG } from "./der";
import { EvidenceMalformed } from "./errors";

/** The next element as a `Time` (RFC 5280 §4.1.2.5): whole seconds, UTC, in one of two notations. */
export function readTime(reader: DerReader): Date {
  const element = reader.read();
  const digits = TIME[element.tag]?.exec(asciiOf(element));
  if (!digits) {
    throw new EvidenceMalformed("a certificate has a time that is not written as one");
  }
  const [shortYear = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = digits.slice(1).map(Number);
  const year = element.tag === TAG.utcTime ? shortYear + (shortYear < 50 ? 2000 : 1900) : shortYear;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  const inCalendar = year > 0 && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  if (!inCalendar || hour > 23 || minute > 59 || second > 59) {
    throw new EvidenceMalformed("a certificate has a time that is on no calendar or clock");
  }
  return time;
}

const TIME: Readonly<Record<number, RegExp>> = {
  [TAG.utcTime]: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
  [TAG.generalizedTime]: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
};

function asciiOf({ content }: Element): string {
  return String.fromCharCode(...content.subarray(0, 16));
}
