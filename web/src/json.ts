/** JSON as signed files are written: one spelling for each value (RFC 8785), and no member that nobody knows. */

import { FormatError } from "./errors";

/** All that such a file is made of here. */
export type Json = null | string | readonly Json[] | { readonly [name: string]: Json };

/** The canonical form; throws `FormatError` for a string with half a surrogate pair, which UTF-8 cannot hold. */
export function canonicalize(value: Json): string {
  if (value === null) return "null";
  if (typeof value === "string") return quote(value);
  if (isList(value)) return `[${value.map(canonicalize).join(",")}]`;
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)); // by UTF-16 code unit
  return `{${members.map(([name, member]) => `${quote(name)}:${canonicalize(member)}`).join(",")}}`;
}

/** The members of an object that has exactly those `named`; throws `FormatError` for anything else. */
export function membersOf(value: unknown, ...named: readonly string[]): Readonly<Record<string, unknown>> {
  const members = objectIn(value);
  const names = Object.keys(members);
  if (names.length !== named.length || !named.every((name) => names.includes(name))) {
    throw new FormatError(`this has other members than ${named.join(", ")}`);
  }
  return members;
}

export function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || isList(value)) throw new FormatError("this is no object");
  return value as Record<string, unknown>;
}

export function listIn(value: unknown): readonly unknown[] {
  if (!isList(value)) throw new FormatError("this is no list");
  return value;
}

export function textIn(value: unknown): string {
  if (typeof value !== "string") throw new FormatError("this is no text");
  return value;
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function quote(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new FormatError("a text holds half a character");
  return JSON.stringify(text);
}
