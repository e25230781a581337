/**
 * Sealing anew what is sealed with a key that lay unguarded once, or was never sealed: after the first lock,
 * and after an update from an app that had no key yet.
 *
 * Every row names its key, and the ring keeps the old keys under the new one. So this may end anywhere, at a
 * closed page or an empty battery, and goes on from there the next time; nothing is unreadable in between.
 */

import type { IDBPDatabase, IDBPObjectStore } from "idb";
import { hex } from "../signing/cbor.ts";
import { encode } from "../store/encoding.ts";
import { openRing } from "../store/ring.ts";
import { type MoreRoom, writeWithRoom } from "../store/room.ts";
import type { Database } from "../store/schema.ts";
import { isSealed, type Sealed, seal, Unreadable, unseal } from "../store/sealing.ts";
import { inOne } from "../store/transactions.ts";

/** The stores with something sealed in them: a row, or fields of one. */
export const SEALED_STORES = [
  "device",
  "model",
  "answers",
  "outbox",
  "aside",
  "history",
  "state",
  "decisions",
] as const;

const AT_ONCE = 50; // rows in a transaction: many small ones take long

export interface Course {
  /** Told after every few rows; `total` may grow. */
  progress?: (done: number, total: number) => void;
  /** Where the disk is full (store/room.ts). */
  more?: MoreRoom;
}

/**
 * Seal anew what has to be, until there is nothing left. Call it after the first lock was set, after every
 * unlocking and when a page without a lock opens: where there is nothing to do, it does not look at a row.
 * The answer is how many rows are left as they were, because they cannot be read (sealing.ts). Throws Locked,
 * also where the lock is closed meanwhile, and FullDisk: what is done by then is done.
 */
export async function finishSealing(
  database: Database,
  { progress = () => {}, more = async () => false }: Course = {},
): Promise<number> {
  const { key, unfinished } = await openRing(database);
  if (!unfinished) return 0;
  const lost = new Set<string>();
  for (let done = 0; ; ) {
    const found = await stalePlaces(database, key.id);
    const places = found.filter((place) => !lost.has(nameOf(place)));
    if (places.length === 0) break;
    const total = done + places.length;
    while (places.length > 0) {
      const some = places.splice(0, AT_ONCE);
      const renewals = await Promise.all(
        some.map((place) => renewal(database, place, key.id, lost)),
      );
      await writeWithRoom(database, () => putBack(database, renewals.flat()), more);
      done += some.length;
      progress(done, total);
    }
  } // again: a row may have been written while it was sealed, and another is left where it is then
  await writeWithRoom(database, () => noteFinished(database, key.id), more);
  return lost.size;
}

type Row = Record<string, unknown>;
type Store = (typeof SEALED_STORES)[number];

interface Place {
  store: Store;
  key: IDBValidKey;
}

/** What takes the place of a field, or of a whole row where that is what is sealed. */
interface Renewal extends Place {
  field: string | null;
  before: Sealed<unknown>;
  after: Sealed<unknown>;
}

function nameOf({ store, key }: Place): string {
  return `${store} ${String(key)}`;
}

/** The rows that are sealed with another key, or not. */
async function stalePlaces(database: Database, id: string): Promise<Place[]> {
  const places: Place[] = [];
  for (const store of SEALED_STORES) {
    let cursor = await loose(database).transaction(store).store.openCursor();
    while (cursor !== null) {
      if (staleParts(cursor.value, id).length > 0) places.push({ store, key: cursor.primaryKey });
      cursor = await cursor.continue();
    }
  }
  return places;
}

/** Of all parts of a row. Nothing where it cannot be read, and then it is one of `lost`. */
async function renewal(
  database: Database,
  place: Place,
  id: string,
  lost: Set<string>,
): Promise<Renewal[]> {
  const row = await loose(database).get(place.store, place.key);
  try {
    return await Promise.all(
      staleParts(row, id).map(async ([field, before]) => {
        return { ...place, field, before, after: await seal(await unseal(before)) };
      }),
    );
  } catch (problem) {
    if (!(problem instanceof Unreadable)) throw problem;
    lost.add(nameOf(place));
    return [];
  }
}

/** Into the rows as they are by now; what was written there since stays. */
async function putBack(database: Database, renewals: Renewal[]): Promise<void> {
  await inOne(database, [...SEALED_STORES], async (writing) => {
    for (const { store: name, key, field, before, after } of renewals) {
      const store = writing.objectStore(name) as unknown as LooseStore;
      const row = await store.get(key);
      const now = field === null ? row : (row as Row | undefined)?.[field];
      if (!isSealed(now) || !isSame(now, before)) continue;
      const renewed = field === null ? after : { ...(row as Row), [field]: after };
      await (store.keyPath === null ? store.put(renewed, key) : store.put(renewed));
    }
  });
}

async function noteFinished(database: Database, id: string): Promise<void> {
  await inOne(database, ["lock"], async ({ store }) => {
    const row = await store.get("ring");
    if (row?.key.id === id) await store.put({ ...row, unfinished: false }, "ring");
  });
}

function staleParts(row: unknown, id: string): [string | null, Sealed<unknown>][] {
  const isStale = (part: unknown): part is Sealed<unknown> =>
    isSealed(part) && (part.as === "plain" || part.key !== id);
  if (isSealed(row)) return isStale(row) ? [[null, row]] : [];
  const parts: [string, Sealed<unknown>][] = [];
  for (const [field, part] of Object.entries(row ?? {}))
    if (isStale(part)) parts.push([field, part]);
  return parts;
}

function isSame(one: Sealed<unknown>, other: Sealed<unknown>): boolean {
  return hex(encode(one)) === hex(encode(other));
}

/** Rows of any store, whatever they are. */
function loose(database: Database): IDBPDatabase {
  return database as unknown as IDBPDatabase;
}
type LooseStore = IDBPObjectStore<unknown, string[], string, "readwrite">;
