/** The one way in which signed things write a time: RFC 3339 in UTC with milliseconds. */

import { FormatError } from "./errors";

/** Throws `FormatError` for every other way to write it, and for what is on no calendar. */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text || !/^(?!0000)\d{4}-/.test(text)) {
    throw new FormatError("this is no time in UTC with milliseconds");
  }
  return time;
}
