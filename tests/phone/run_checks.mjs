// Gives the cases on stdin to phone/src/signing/accept.ts and prints what came of each, by name: what was
// accepted, or the reason of the refusal. Any other error ends it.

import { stdin, stdout } from "node:process";
import {
  checkContent, checkManifest, readBaseStatement, readFileStatement, readRecord, renewedKeys,
} from "../../phone/src/signing/accept.ts";
import { decode } from "../../phone/src/signing/cbor.ts";
import { Refused, keyOf } from "../../phone/src/signing/verify.ts";

const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const base64 = (numbers) => Buffer.from(numbers.buffer).toString("base64");
const hex = (found) => Buffer.from(found).toString("hex");

/** What was read as JSON can say it: nothing read is "none", bytes are {hex}, a map is {pairs}. */
function plain(value) {
  if (value === undefined) return "none";
  if (value instanceof Uint8Array) return { hex: hex(value) };
  if (value instanceof Map) return { pairs: [...value].map((pair) => pair.map(plain)) };
  return Array.isArray(value) ? value.map(plain) : value;
}

const CALLS = {
  async cbor({ content }) {
    return plain(decode(bytes(content)));
  },
  async record({ message }, phone, keys, now) {
    const record = await readRecord(bytes(message), phone, keys, now);
    const { version, expires, learns } = record;
    return { version, expires, learns, base: hex(record.base), vector: base64(record.vector) };
  },
  async bundle({ message, statement, kind, content, manifest }, phone, keys, now) {
    const record = await readRecord(bytes(message), phone, keys, now);
    const said = await readBaseStatement(bytes(statement), record, kind, keys, now);
    await checkContent(bytes(content), said);
    checkManifest(manifest, record);
    return true;
  },
  async file({ statement, kind, content }, phone, keys, now) {
    const said = await readFileStatement(bytes(statement), phone, kind, keys, now);
    await checkContent(bytes(content), said);
    return said.version;
  },
  async keys({ listed }, phone, keys, now) {
    const decoded = listed.map(([publicKey, honouredUntil, endorsement]) => ({
      publicKey: bytes(publicKey),
      honouredUntil,
      endorsement: endorsement === null ? null : bytes(endorsement),
    }));
    const kept = await renewedKeys(decoded, keys, now);
    return kept.map(({ id, honouredUntil }) => [id, honouredUntil]);
  },
};

async function outcomeOf(given) {
  const keys = await Promise.all(given.keys.map(([key, until]) => keyOf(bytes(key), until)));
  const last = given.last && { ...given.last, message: bytes(given.last.message) };
  try {
    const phone = { patient: given.patient, last };
    return { accepted: await CALLS[given.call](given, phone, keys, given.now) };
  } catch (problem) {
    if (problem instanceof Refused) return { refused: problem.reason };
    throw problem;
  }
}

const chunks = [];
for await (const chunk of stdin) chunks.push(chunk);
const outcomes = {};
for (const [name, given] of Object.entries(JSON.parse(Buffer.concat(chunks)))) {
  outcomes[name] = await outcomeOf(given);
}
stdout.write(JSON.stringify(outcomes));
