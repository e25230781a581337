/**
 * Who signed a message, for what, and what it says. WebCrypto alone: for browsers that have
 * Ed25519, and Node 22 or later. Times are whole seconds since 1970 in UTC, as in the messages.
 */

import { type Bytes, decode, hex, isBytes } from "./cbor.ts";

// table: payloads (numbered from 1; a number is a length in bytes)
const PAYLOADS = {
  "attune/record/1":
    "model 16, version uint, base 32, vector bytes, created uint, expires uint, learns bool, " +
    "patient 16",
  "attune/base/1": "base 32, kind text, sha256 32, size uint, created uint",
  "attune/file/1":
    "model 16, version uint, base 32, kind text, sha256 32, size uint, created uint, " +
    "expires uint, patient 16",
  "attune/key/1": "public_key 32, created uint",
};
// end

// table: reasons (docs/clients/README.md says what each means)
export type Reason =
  | "malformed"
  | "unknown-key"
  | "retired-key"
  | "wrong-purpose"
  | "wrong-signature"
  | "other-patient"
  | "old-version"
  | "expired"
  | "other-base"
  | "other-kind"
  | "wrong-size"
  | "wrong-content"
  | "unknown-format";
// end

export type Purpose = keyof typeof PAYLOADS;
export interface Key {
  id: string;
  publicKey: Bytes;
  honouredUntil: number | null;
}

export class Refused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(`Refused: ${reason}.`);
    this.reason = reason;
  }
}

export function demand(holds: boolean, reason: Reason = "malformed"): asserts holds {
  if (!holds) throw new Refused(reason);
}

/** A key as `verify` takes it; call this only for a key that is trusted. */
export async function keyOf(publicKey: Bytes, honouredUntil: number | null): Promise<Key> {
  return { id: (await sha256(publicKey)).slice(0, 16), publicKey, honouredUntil };
}

/** The fields, by name, of a COSE_Sign1 message (RFC 9052 §4.2) that one of the keys signed for
 * this purpose. Throws Refused. */
export async function verify<Fields>(
  message: Bytes,
  purpose: Purpose,
  keys: Key[],
  now: number,
): Promise<Fields> {
  const parts = message[0] === 0xd2 ? decode(message.slice(1)) : undefined; // 0xd2: tag 18
  demand(Array.isArray(parts) && parts.length === 4);
  const [header, unprotected, payload, signature] = parts;
  demand(isBytes(header) && unprotected instanceof Map && unprotected.size === 0);
  demand(isBytes(payload) && payload.length < 0x10000); // far more than any has
  demand(isBytes(signature) && signature.length === 64);
  const signer = decode(header);
  demand(signer instanceof Map && signer.size === 2 && signer.get(1) === -8); // -8: EdDSA
  const id = signer.get(4);
  demand(isBytes(id) && id.length === 8);

  const key = keys.find((known) => known.id === hex(id));
  demand(key !== undefined, "unknown-key");
  demand(key.honouredUntil === null || now < key.honouredUntil, "retired-key");
  const usable = await crypto.subtle.importKey("raw", key.publicKey, "Ed25519", false, ["verify"]);
  const isFor = (other: string) =>
    crypto.subtle.verify("Ed25519", usable, signature, signed(header, other, payload));
  if (!(await isFor(purpose))) {
    const purposes = await Promise.all(Object.keys(PAYLOADS).map(isFor));
    throw new Refused(purposes.includes(true) ? "wrong-purpose" : "wrong-signature");
  }
  return fieldsOf(payload, purpose) as Fields;
}

export async function sha256(content: Bytes): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", content)));
}

function fieldsOf(payload: Bytes, purpose: Purpose): Record<string, unknown> {
  const map = decode(payload);
  const fields = PAYLOADS[purpose].split(", ").map((field) => field.split(" "));
  demand(map instanceof Map && map.size === fields.length);
  for (const [place, [, kind]] of fields.entries()) demand(isOf(kind, map.get(place + 1)));
  return Object.fromEntries(fields.map(([name], place) => [name, map.get(place + 1)]));
}

function isOf(kind: string, value: unknown): boolean {
  if (kind === "uint") return typeof value === "number" && value >= 0;
  if (kind === "bool") return typeof value === "boolean";
  if (kind === "text") return typeof value === "string";
  return isBytes(value) && (kind === "bytes" || value.length === Number(kind));
}

/** What a signature is over: the CBOR array ["Signature1", header, purpose, payload]. */
function signed(header: Bytes, purpose: string, payload: Bytes): Bytes {
  const ascii = new TextEncoder();
  const strings = [header, ascii.encode(purpose), payload];
  const rest = strings.flatMap((bytes) => [...headOf(bytes.length), ...bytes]);
  return Uint8Array.of(0x84, 0x6a, ...ascii.encode("Signature1"), ...rest);
}

/** The head of a byte string of less than 64 KiB. */
function headOf(length: number): number[] {
  if (length < 24) return [0x40 + length];
  return length < 256 ? [0x58, length] : [0x59, length >> 8, length & 255];
}
