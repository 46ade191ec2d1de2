/** The bundle (§8): a zip file (PKWARE APPNOTE 6.3) of known names, read strictly. */
import { inflateRawSync } from "node:zlib";
import { crc32 } from "./crc32.mjs";
import { Refused, demand } from "./refused.mjs";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_SIZE = 22;
const UTF8_NAMES = 0x0800;
const STORED = 0;
const DEFLATED = 8;

const FILES = ["receipt.json", "opening.json", "request", "answer", "inclusion.tlog-proof", "settlement.json"];
const EVIDENCE = "evidence/";

/** `{receipt, opening, request, answer, proof, evidence}`: bytes or undefined, evidence by its digest. */
export function readBundle(bytes) {
  const files = readZip(bytes);
  for (const name of files.keys()) {
    demand(FILES.includes(name) || name.startsWith(EVIDENCE), "The bundle holds a file that is not known.");
  }
  demand(files.has("receipt.json"), "The bundle holds no receipt.json.");
  const [receipt, opening, request, answer, proof] = FILES.map((name) => files.get(name));
  const documents = [...files].filter(([name]) => name.startsWith(EVIDENCE));
  const evidence = new Map(documents.map(([name, content]) => [name.slice(EVIDENCE.length), content]));
  return { receipt, opening, request, answer, proof, evidence };
}

function readZip(bytes) {
  try {
    return readEntries(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw new Refused("This zip file points outside itself.");
    throw error;
  }
}

/** Every entry by name. The central directory rules, and each local header must say the same. */
function readEntries(bytes) {
  const end = bytes.length - END_SIZE;
  demand(end >= 0 && bytes.readUInt32LE(end) === END, "This is not a zip file without a comment.");
  const total = bytes.readUInt16LE(end + 10);
  const isOnePart = bytes.readUInt32LE(end + 4) === 0 && bytes.readUInt16LE(end + 8) === total;
  demand(isOnePart, "This zip file has several parts.");
  let at = bytes.readUInt32LE(end + 16);
  demand(at + bytes.readUInt32LE(end + 12) === end, "This zip file's directory is not where it ends.");
  const files = new Map();
  for (let count = 0; count < total; count += 1) {
    const entry = readHeader(bytes, at);
    demand(!files.has(entry.name), "This zip file holds a name twice.");
    files.set(entry.name, contentOf(bytes, entry));
    at = entry.next;
  }
  demand(at === end, "This zip file's directory is longer than it says.");
  return files;
}

function readHeader(bytes, at) {
  demand(bytes.readUInt32LE(at) === CENTRAL, "This zip file's directory is damaged.");
  const [nameSize, extraSize, commentSize] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
  return {
    ...common(bytes, at + 6, at + 46, nameSize),
    start: bytes.readUInt32LE(at + 42),
    next: at + 46 + nameSize + extraSize + commentSize,
  };
}

/** The fields that both headers have, in one order. */
function common(bytes, at, nameAt, nameSize) {
  return {
    flags: bytes.readUInt16LE(at + 2),
    method: bytes.readUInt16LE(at + 4),
    crc: bytes.readUInt32LE(at + 10),
    packedSize: bytes.readUInt32LE(at + 14),
    size: bytes.readUInt32LE(at + 18),
    name: bytes.toString("latin1", nameAt, nameAt + nameSize),
  };
}

function contentOf(bytes, { start, next, ...entry }) {
  demand(bytes.readUInt32LE(start) === LOCAL, "An entry of this zip file has no header.");
  const nameSize = bytes.readUInt16LE(start + 26);
  const local = common(bytes, start + 4, start + 30, nameSize);
  const same = Object.entries(entry).every(([field, value]) => local[field] === value);
  demand(same, "The two headers of an entry differ.");
  demand((entry.flags & ~UTF8_NAMES) === 0, "An entry is encrypted or of unknown size.");
  const begin = start + 30 + nameSize + bytes.readUInt16LE(start + 28);
  demand(begin + entry.packedSize <= bytes.length, "An entry is longer than the zip file.");
  const content = unpack(bytes.subarray(begin, begin + entry.packedSize), entry);
  const isWhole = content.length === entry.size && crc32(content) === entry.crc;
  demand(isWhole, "An entry does not have its size or checksum.");
  return content;
}

function unpack(packed, { method, size }) {
  if (method === STORED) return packed;
  demand(method === DEFLATED, "An entry is neither stored nor deflated.");
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(size, 1) });
  } catch {
    throw new Refused("An entry does not inflate to its size.");
  }
}
