/** What to check before a delivered model is used, in the order of docs/clients/README.md. All of it throws
 * Refused, and then the model that was in use stays. */

import { type Bytes, hex } from "./cbor.ts";
import { demand, type Key, keyOf, Refused, sha256, verify } from "./verify.ts";

const FORMAT = "attune-bundle-1";

interface Dated {
  version: number;
  expires: number;
  patient: Bytes;
}
interface Named {
  base: Bytes;
  kind: string;
  size: number;
  sha256: Bytes;
}
export interface PatientRecord extends Dated {
  created: number;
  base: Bytes;
  vector: Float32Array;
  learns: boolean;
}

/** `patient`: `patient_id` of /api/v1/me. `last`: the message that was accepted last, if any. */
export interface Phone {
  patient: string;
  last: { version: number; message: Bytes } | null;
}

/** A key as GET /api/v1/keys lists it, decoded; no endorsement is null. */
export interface ListedKey {
  publicKey: Bytes;
  honouredUntil: number | null;
  endorsement: Bytes | null;
}

/** A patient's record, with its vector widened to 32 bits as the graphs take it. */
export async function readRecord(
  message: Bytes,
  phone: Phone,
  keys: Key[],
  now: number,
): Promise<PatientRecord> {
  const record = await verify<Omit<PatientRecord, "vector"> & { vector: Bytes }>(
    message,
    "attune/record/1",
    keys,
    now,
  );
  checkPatient(record, phone);
  const { last } = phone;
  const isLast = last !== null && hex(message) === hex(last.message);
  demand(last === null || isLast || record.version > last.version, "old-version");
  demand(now < record.expires, "expired");
  return { ...record, vector: widened(record.vector) };
}

/** Which bundle the record's base is. `checkContent` comes next, then `checkManifest`. */
export async function readBaseStatement(
  message: Bytes,
  record: PatientRecord,
  kind: string,
  keys: Key[],
  now: number,
): Promise<Named> {
  const statement = await verify<Named>(message, "attune/base/1", keys, now);
  demand(hex(statement.base) === hex(record.base), "other-base");
  demand(statement.kind === kind, "other-kind");
  return statement;
}

/** Which file holds the patient's model whole. `checkContent` comes next. */
export async function readFileStatement(
  message: Bytes,
  phone: Phone,
  kind: string,
  keys: Key[],
  now: number,
): Promise<Dated & Named> {
  const statement = await verify<Dated & Named>(message, "attune/file/1", keys, now);
  checkPatient(statement, phone);
  demand(phone.last === null || statement.version >= phone.last.version, "old-version");
  demand(now < statement.expires, "expired");
  demand(statement.kind === kind, "other-kind");
  return statement;
}

/** Of a bundle or file, before it is unpacked. */
export async function checkContent(content: Bytes, statement: Named): Promise<void> {
  demand(content.length === statement.size, "wrong-size");
  demand((await sha256(content)) === hex(statement.sha256), "wrong-content");
}

/** `manifest`: what manifest.json of a bundle holds. */
export function checkManifest(
  manifest: { format: string; base: { sha256: string; vector: number } },
  record: PatientRecord,
): void {
  demand(manifest.format === FORMAT, "unknown-format");
  const { sha256, vector } = manifest.base;
  demand(sha256 === hex(record.base) && vector === record.vector.length, "other-base");
}

/** The keys to keep once the server has listed its own, newest first: those that were trusted
 * already, and those that such a one endorsed. No key is honoured longer than was said before. */
export async function renewedKeys(
  listed: ListedKey[],
  trusted: Key[],
  now: number,
): Promise<Key[]> {
  const kept: Key[] = [];
  for (const { publicKey, honouredUntil, endorsement } of [...listed].reverse()) {
    const key = await keyOf(publicKey, honouredUntil);
    const before = trusted.find((known) => known.id === key.id);
    if (before !== undefined) {
      const ends = [before.honouredUntil, honouredUntil].filter((end) => end !== null);
      kept.push({ ...key, honouredUntil: ends.length ? Math.min(...ends) : null });
    } else if (await isEndorsed(key, endorsement, [...trusted, ...kept], now)) {
      kept.push(key);
    }
  }
  return kept;
}

async function isEndorsed(
  key: Key,
  endorsement: Bytes | null,
  by: Key[],
  now: number,
): Promise<boolean> {
  if (endorsement === null) return false;
  try {
    const said = await verify<{ public_key: Bytes }>(endorsement, "attune/key/1", by, now);
    return hex(said.public_key) === hex(key.publicKey);
  } catch (problem) {
    if (problem instanceof Refused) return false;
    throw problem;
  }
}

function checkPatient(found: Dated, phone: Phone): void {
  const patient = phone.patient.replaceAll("-", "").toLowerCase();
  demand(hex(found.patient) === patient, "other-patient");
}

/** Little-endian 16-bit floats in 32 bits, where every one of them fits exactly. */
function widened(halves: Bytes): Float32Array {
  demand(halves.length % 2 === 0);
  return Float32Array.from({ length: halves.length / 2 }, (_, place) => {
    const bits = halves[2 * place] | (halves[2 * place + 1] << 8);
    const exponent = (bits >> 10) & 31;
    demand(exponent < 31); // else infinite, or not a number
    const fraction = (bits & 1023) / 1024 + (exponent ? 1 : 0);
    return (bits & 0x8000 ? -1 : 1) * fraction * 2 ** (Math.max(exponent, 1) - 15);
  });
}
