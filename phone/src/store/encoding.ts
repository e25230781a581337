/**
 * Values as bytes and back, exactly: JSON, and beside it the bytes of typed arrays and what JSON would
 * drop or change (fields that are undefined, −0).
 *
 * Four bytes that say how long the JSON is, the JSON, the arrays' bytes, zeros. In the JSON an object with
 * the one field `$` stands for what is not JSON. Arrays are in the order of bytes of the phone: what is kept
 * here never leaves it.
 */

import type { Bytes } from "../signing/cbor.ts";

const HEAD = 4; // bytes
/** Lengths are multiples of this, so that they say little of what was written. */
const BLOCK = 64;

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };

/** Throws TypeError for what would not come back as it was: functions, dates, maps, NaN and the like. */
export function encode(value: unknown): Bytes {
  const pieces: Bytes[] = [];
  const json = new TextEncoder().encode(JSON.stringify(packed(value, pieces)));
  const length = pieces.reduce((sum, piece) => sum + piece.length, HEAD + json.length);
  const bytes = new Uint8Array(Math.ceil(length / BLOCK) * BLOCK);
  new DataView(bytes.buffer).setUint32(0, json.length);
  let at = HEAD;
  for (const piece of [json, ...pieces]) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** What `encode` was given. */
export function decode(bytes: Bytes): unknown {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const json = new TextDecoder().decode(bytes.subarray(HEAD, HEAD + length));
  return unpacked(JSON.parse(json), { bytes, at: HEAD + length });
}

function packed(value: unknown, pieces: Bytes[]): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (value === undefined) return { $: "undefined" };
  if (Object.is(value, -0)) return { $: "-0" };
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return Array.from(value, (item) => packed(item, pieces));
  if (value instanceof Uint8Array || value instanceof Float32Array) {
    pieces.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice());
    return { $: [value instanceof Uint8Array ? "bytes" : "floats", value.byteLength] };
  }
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new TypeError("This cannot be kept as it is.");
  }
  const fields = Object.entries(value).map(([name, field]) => [name, packed(field, pieces)]);
  const object = Object.fromEntries(fields);
  return "$" in value ? { $: ["object", object] } : object;
}

function unpacked(json: Json, rest: { bytes: Bytes; at: number }): unknown {
  if (Array.isArray(json)) return json.map((item) => unpacked(item, rest));
  if (json === null || typeof json !== "object") return json;
  if (!("$" in json)) return unpackedFields(json, rest);
  if (json.$ === "undefined") return undefined;
  if (json.$ === "-0") return -0;
  const [kind, given] = json.$ as [string, Json];
  if (kind === "object") return unpackedFields(given as { [field: string]: Json }, rest);
  const piece = rest.bytes.slice(rest.at, rest.at + (given as number));
  rest.at += piece.length;
  return kind === "bytes" ? piece : new Float32Array(piece.buffer);
}

function unpackedFields(object: { [field: string]: Json }, rest: { bytes: Bytes; at: number }) {
  const fields = Object.entries(object).map(([name, field]) => [name, unpacked(field, rest)]);
  return Object.fromEntries(fields);
}
