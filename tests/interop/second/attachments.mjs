/** Which strings of a request or an answer are attachments, and what they hold (§2.1). */
import { isObject } from "./canonical.mjs";

/** All attachments of a JSON value, in the order of the walk: `{pointer, content, inline}`. */
export function attachmentsOf(value) {
  return [...walk(value, "", undefined)];
}

/** `name` is the member that holds `value`; an item of a list has none. */
function* walk(value, pointer, name) {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, `${pointer}/${index}`, undefined);
  } else if (isObject(value)) {
    for (const member of Object.keys(value).sort()) {
      const place = `${pointer}/${escaped(member)}`;
      const held = value[member];
      if (typeof held !== "string") yield* walk(held, place, member);
      else {
        const attachment = read(held, member, value, name);
        if (attachment) yield { pointer: place, ...attachment };
      }
    }
  }
}

const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** The string of member `name` in `object`, which is itself the value of the member `holder`. */
function read(string, name, object, holder) {
  if (string.startsWith("data:")) return { content: dataUrl(string), inline: true };
  if (isInline(name, object, holder)) return { content: decoded(string), inline: true };
  if (isReference(name, object, holder)) return { content: Buffer.from(string), inline: false };
  return undefined;
}

function isInline(name, object, holder) {
  if (name === "file_data" || name === "b64_json") return true;
  return name === "data" && (object.type === "base64" || holder === "input_audio");
}

function isReference(name, object, holder) {
  if (["file_id", "file_url", "image_url"].includes(name)) return true;
  return name === "url" && (object.type === "url" || holder === "image_url");
}

function dataUrl(string) {
  const mark = ";base64,";
  const at = string.indexOf(mark);
  return at < 0 ? Buffer.from(string) : decoded(string.slice(at + mark.length));
}

/** Padded base64 of RFC 4648 §4; what is none stands for itself. */
function decoded(string) {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(string);
  return isBase64 ? Buffer.from(string, "base64") : Buffer.from(string);
}
