/** Canonical JSON (RFC 8785, JCS) and the strict reading of it (§1). */
import { utf8 } from "./bytes.mjs";
import { Refused, demand } from "./refused.mjs";

const LONE_SURROGATE = /\p{Surrogate}/u;

/** The one spelling of an I-JSON value, in UTF-8. */
export const canonical = (value) => Buffer.from(spell(value), "utf8");

function spell(value) {
  if (Array.isArray(value)) return `[${value.map(spell).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).sort(); // by UTF-16 code units, as RFC 8785 §3.2.3 asks
    return `{${names.map((name) => `${spell(name)}:${spell(value[name])}`).join(",")}}`;
  }
  return JSON.stringify(value); // ECMAScript's own spelling is the one that RFC 8785 prescribes
}

/** The value of an I-JSON text. The last of several members of one name counts. */
export function parseJson(bytes) {
  const text = utf8(bytes);
  try {
    return JSON.parse(text, demandInterchangeable);
  } catch (error) {
    throw error instanceof Refused ? error : new Refused("This is not JSON.");
  }
}

/** Refuse what JSON can spell and I-JSON (RFC 7493 §2) does not allow. */
function demandInterchangeable(name, value) {
  demand(!LONE_SURROGATE.test(name), "A name holds half a surrogate pair.");
  if (typeof value === "string") demand(!LONE_SURROGATE.test(value), "A text holds half a surrogate pair.");
  if (typeof value === "number") demand(Number.isFinite(value), "A number is out of the range of a double.");
  return value;
}

/** The value of bytes that must be canonical JSON. Members that occur twice do not survive the comparison. */
export function readCanonical(bytes) {
  const value = parseJson(bytes);
  demand(canonical(value).equals(bytes), "This JSON is not in canonical form.");
  return value;
}

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
