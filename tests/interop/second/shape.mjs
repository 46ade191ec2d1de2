/**
 * Shapes of JSON values: what members there are, and no others.
 *
 * A shape is a function that takes a value and its place, and refuses.
 */
import { isHex } from "./bytes.mjs";
import { isObject } from "./canonical.mjs";
import { demand } from "./refused.mjs";

const shape = (test, what) => (value, place) => demand(test(value), `${place} is not ${what}.`);

export const text = shape((value) => typeof value === "string", "a text");
export const flag = shape((value) => typeof value === "boolean", "true or false");
export const amount = shape(
  (value) => typeof value === "string" && /^(0|[1-9]\d*)$/.test(value),
  "an integer from 0 on as decimal text",
);

export const count = shape((value) => Number.isSafeInteger(value) && value >= 0, "an integer from 0 on");
export const digest = shape((value) => isHex(value, 32), "64 lower-case hex digits");
export const oneOf = (...known) => shape((value) => known.includes(value), `one of ${known.join(", ")}`);

/** This shape, or null. */
export const optional = (shape) => (value, place) => {
  if (value !== null) shape(value, place);
};

export const list = (item) => (value, place) => {
  demand(Array.isArray(value), `${place} is not a list.`);
  value.forEach((each, index) => item(each, `${place}[${index}]`));
};

/** Members of any name, all of one shape. */
export const record = (member) => (value, place) => {
  demand(isObject(value), `${place} is not an object.`);
  Object.values(value).forEach((each) => member(each, `a member of ${place}`));
};

/** Exactly these members. */
export const object = (members) => (value, place) => {
  demand(isObject(value), `${place} is not an object.`);
  const known = Object.keys(members);
  demand(Object.keys(value).length === known.length, `${place} lacks a member or has one that is not known.`);
  for (const name of known) {
    demand(Object.hasOwn(value, name), `${place} has no ${name}.`);
    members[name](value[name], `${place}.${name}`);
  }
};

/** A list of one. */
export const single = (item) => (value, place) => {
  demand(Array.isArray(value) && value.length === 1, `${place} is not a list of one.`);
  item(value[0], `${place}[0]`);
};
