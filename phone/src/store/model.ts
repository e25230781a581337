/** The model in use, which is swapped whole: a crash leaves the one before or the new one. */

import type { Bytes } from "../signing/cbor.ts";
import type { Database, ModelRow } from "./schema.ts";
import { ifReadable, seal, unseal } from "./sealing.ts";
import { inOne } from "./transactions.ts";

/** A model that was checked (signing/accept.ts), with its messages as they were signed. */
export interface Model {
  version: number;
  record: Bytes;
  statement: Bytes;
  /** SHA-256 of the bundle, in hexadecimal. */
  bundle: string;
  vector: Float32Array;
  /** How many rated tracks the record was made from, as the server says. */
  ratedTracks: number;
}

/** The record goes with a bundle that is neither given nor kept. */
export class NoBundle extends Error {}

/** Undefined before there is one. One that is not any more what was kept is deleted. */
export async function keptModel(database: Database): Promise<Model | undefined> {
  const row = await database.get("model", "current");
  if (row === undefined) return undefined;
  const { version, bundle, ratedTracks } = row;
  const sealed = Promise.all([unseal(row.messages), unseal(row.vector)]);
  const read = await ifReadable(sealed);
  if (read !== null) return { version, bundle, ...read[0], vector: read[1], ratedTracks };
  await forgetModel(database, version);
  return undefined;
}

export function keptBundle(database: Database, sha256: string): Promise<Bytes | undefined> {
  return database.get("bundles", sha256);
}

/**
 * Put a model into the place of the one before, in one transaction; bundles that it does not go with are
 * deleted. `archive`: the bundle, null where the kept one goes with it too. A newer model, which another
 * tab may have kept meanwhile, stays; the answer says whether this one is in use. Throws NoBundle, and
 * QuotaExceededError on a full disk: the model before stays.
 */
export async function keepModel(
  database: Database,
  { version, bundle, record, statement, vector, ratedTracks }: Model,
  archive: Bytes | null,
): Promise<boolean> {
  const messages = await seal({ record, statement });
  const row: ModelRow = { version, bundle, messages, vector: await seal(vector), ratedTracks };
  return inOne(database, ["model", "bundles"], async (writing) => {
    const [models, bundles] = [writing.objectStore("model"), writing.objectStore("bundles")];
    const before = await models.get("current");
    if (before !== undefined && before.version >= version) return false;
    const kept = await bundles.getAllKeys();
    if (archive === null && !kept.includes(bundle)) throw new NoBundle(bundle);
    for (const key of kept) if (key !== bundle) await bundles.delete(key);
    if (archive !== null) await bundles.put(archive, bundle);
    await models.put(row, "current");
    return true;
  });
}

/** Delete a model that is not any more what was kept, so that it is fetched anew; not where another version
 * is in use by now. */
export async function forgetModel(database: Database, version: number): Promise<void> {
  await inOne(database, ["model", "bundles"], async (writing) => {
    const row = await writing.objectStore("model").get("current");
    if (row?.version !== version) return;
    await writing.objectStore("model").clear();
    await writing.objectStore("bundles").clear();
  });
}

/** Keep the vector that this version was adapted to; not where another version is in use by now. */
export async function keepVector(
  database: Database,
  version: number,
  vector: Float32Array,
): Promise<void> {
  const sealed = await seal(vector);
  await inOne(database, ["model"], async ({ store }) => {
    const row = await store.get("current");
    if (row?.version === version) await store.put({ ...row, vector: sealed }, "current");
  });
}
