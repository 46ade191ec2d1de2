/** Which strings of a request or an answer are attachments, and what they hold (§2.1). */
import { isObject } from "./canonical.mjs";

/** All attachments of a JSON value, in the order of the walk: `{pointer, content, inline}`. */
export function attachmentsOf(value) {
  return [...walk(value, "", {})];
}

/** `place` says where a value stands: its `name`, the `object` it is a member of, and that object's own name, `holder`. */
function* walk(value, pointer, place) {
  if (typeof value === "string") {
    const attachment = read(value, place);
    if (attachment) yield { pointer, ...attachment };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* walk(item, `${pointer}/${index}`, {});
  } else if (isObject(value)) {
    for (const name of Object.keys(value).sort()) {
      yield* walk(value[name], `${pointer}/${escaped(name)}`, { name, object: value, holder: place.name });
    }
  }
}

const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");

function read(string, { name, object, holder }) {
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
