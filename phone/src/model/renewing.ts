/** Has what the server offers checked, and only then used: keys and models (docs/clients/README.md). */

import type { Api } from "../api/client.ts";
import { Problem } from "../api/problems.ts";
import {
  checkContent,
  checkManifest,
  type ListedKey,
  type PatientRecord,
  readBaseStatement,
  readRecord,
  renewedKeys,
} from "../signing/accept.ts";
import { type Bytes, hex } from "../signing/cbor.ts";
import { type Key, keyOf, type Reason, Refused, verify } from "../signing/verify.ts";
import { keepKeys, trustedKeys } from "../store/device.ts";
import { keepModel, keptBundle, keptModel, type Model } from "../store/model.ts";
import type { Database } from "../store/schema.ts";
import { openBundle, reasonOf } from "./bundle.ts";

const [PLATFORM, KIND] = ["web", "onnx"];

interface OfferedModel {
  record: string;
  /** Left out by a server that is older than this app. */
  rated_tracks?: number;
  base: { sha256: string; statement: string };
}

interface Keys {
  keys: { public_key: string; honoured_until: string | null; endorsement: string | null }[];
}

/** A model that was refused; the one that was accepted last stays in use. To be reported (refusing.ts). */
export interface Refusal {
  outcome: "refused";
  reason: Reason;
  /** Of the refused record; null where none was read that is signed and this patient's. */
  version: number | null;
  /** SHA-256 of the bundle that was offered with that record, in hexadecimal; null likewise. */
  bundle: string | null;
  /** Version of the model that stays; null where there is none. */
  inUse: number | null;
}

/** What came of asking. */
export type Renewal =
  | { outcome: "renewed"; version: number }
  | { outcome: "unchanged" }
  | { outcome: "none" }
  | Refusal;

/** At the pairing, and only then: what the server lists over TLS is trusted. Throws as calls do. */
export async function trustListed(database: Database, api: Api): Promise<void> {
  const keys = (await listed(api)).map((key) => keyOf(key.publicKey, key.honouredUntil));
  await keepKeys(database, await Promise.all(keys));
}

/** Later: of what the server lists, what is trusted already or endorsed by what is. `now`: seconds
 * since 1970. Throws as calls do. */
export async function renewKeys(database: Database, api: Api, now: number): Promise<Key[]> {
  const kept = await renewedKeys(await listed(api), await trustedKeys(database), now);
  await keepKeys(database, kept);
  return kept;
}

/**
 * Ask for the patient's model, check all of it, and have it used from now on. `now`: seconds since 1970,
 * by the clock that expiry is judged by. A base that was signed and cannot be read is refused as
 * `unknown-format`. Throws as calls do (503: the newest has expired, ask later), and QuotaExceededError on
 * a full disk.
 */
export async function renewModel(
  database: Database,
  api: Api,
  patient: string,
  now: number,
): Promise<Renewal> {
  const before = await keptModel(database);
  const offered = await offeredModel(api, before);
  if (offered === null) return { outcome: "none" };
  let record: PatientRecord | undefined;
  try {
    const message = decoded(offered.record);
    const [read, keys] = await believed(database, api, message, { patient, before }, now);
    record = read;
    if (before !== undefined && hex(message) === hex(before.record)) {
      return { outcome: "unchanged" };
    }
    const archive = await checkedBundle(database, api, offered, record, keys, now);
    const { rated_tracks: ratedTracks = 0 } = offered;
    const model = { version: record.version, record: message, vector: record.vector, ratedTracks };
    const base = { statement: decoded(offered.base.statement), bundle: offered.base.sha256 };
    const inUse = await keepModel(database, { ...model, ...base }, archive);
    return inUse ? { outcome: "renewed", version: record.version } : { outcome: "unchanged" };
  } catch (problem) {
    const reason = reasonOf(problem);
    const version = record?.version ?? (await signedVersion(database, offered, patient, now));
    const bundle = version === null ? null : offered.base.sha256;
    const inUse = before?.version ?? null;
    return { outcome: "refused", reason, version, bundle, inUse };
  }
}

/** Of a record that was refused and is the patient's all the same, such as one that has expired. */
async function signedVersion(
  database: Database,
  { record }: OfferedModel,
  patient: string,
  now: number,
): Promise<number | null> {
  try {
    const keys = await trustedKeys(database);
    const said = await verify<PatientRecord>(decoded(record), "attune/record/1", keys, now);
    return hex(said.patient) === patient.replaceAll("-", "").toLowerCase() ? said.version : null;
  } catch (problem) {
    if (problem instanceof Refused) return null;
    throw problem;
  }
}

/** Null where the server has none for this patient yet. */
async function offeredModel(api: Api, before: Model | undefined): Promise<OfferedModel | null> {
  const have = before === undefined ? "" : `&have=${before.bundle}`;
  try {
    return (await api.get<OfferedModel>(`/api/v1/model?platform=${PLATFORM}${have}`)).body;
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 404) return null;
    throw problem;
  }
}

/** The record, and the keys that it was believed by: the kept ones or, where it names another, those that
 * the server lists now, once. */
async function believed(
  database: Database,
  api: Api,
  message: Bytes,
  { patient, before }: { patient: string; before: Model | undefined },
  now: number,
): Promise<[PatientRecord, Key[]]> {
  const last = before === undefined ? null : { version: before.version, message: before.record };
  const phone = { patient, last };
  const keys = await trustedKeys(database);
  try {
    return [await readRecord(message, phone, keys, now), keys];
  } catch (problem) {
    if (!(problem instanceof Refused && problem.reason === "unknown-key")) throw problem;
  }
  const renewed = await renewKeys(database, api, now);
  return [await readRecord(message, phone, renewed, now), renewed];
}

/** The bundle that the record goes with: the kept one, or the server's. */
async function checkedBundle(
  database: Database,
  api: Api,
  { base }: OfferedModel,
  record: PatientRecord,
  keys: Key[],
  now: number,
): Promise<Bytes> {
  const statement = await readBaseStatement(decoded(base.statement), record, KIND, keys, now);
  const digest = hex(statement.sha256);
  const archive =
    (await keptBundle(database, digest)) ?? (await api.file(`/api/v1/bases/${digest}`));
  await checkContent(archive, statement);
  checkManifest(openBundle(archive).manifest, record);
  return archive;
}

async function listed(api: Api): Promise<ListedKey[]> {
  const { body } = await api.get<Keys>("/api/v1/keys");
  return body.keys.map(({ public_key, honoured_until, endorsement }) => ({
    publicKey: decoded(public_key),
    honouredUntil: honoured_until === null ? null : Date.parse(honoured_until) / 1000,
    endorsement: endorsement === null ? null : decoded(endorsement),
  }));
}

/** Throws Refused where it is not base 64. */
function decoded(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Refused("malformed");
  }
}
