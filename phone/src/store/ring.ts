/**
 * The keys that this page holds, in memory alone: `openStore` fills the ring where no lock guards them, and
 * locking/ where one does. A page has one database.
 */

import { keysBehind, newRing, type RingRow, unwrapByDevice } from "./keys.ts";
import type { Database } from "./schema.ts";
import { inOne } from "./transactions.ts";

/** The lock is closed: nothing of the patient can be read or written. */
export class Locked extends Error {}

/** The connections of this page; it may close any of them. */
let databases: Database[] = [];
/** The id of the one that seals; null while the lock is closed. */
let current: string | null = null;
const keys = new Map<string, CryptoKey>();
let looking: Promise<void> | null = null;

/** What is kept of the keys. The ring is open then where no lock guards them or this page has the one in use;
 * where another tab set a lock, it is closed. */
export async function openRing(database: Database): Promise<RingRow> {
  if (databases.some(({ name }) => name !== database.name)) databases = [];
  if (!databases.includes(database)) databases.push(database);
  const row = (await database.get("lock", "ring")) ?? (await begin(database));
  if (!keys.has(row.key.id) && row.key.device !== undefined) {
    await addKeys(row, await unwrapByDevice(row.key.device, row.key.id));
  }
  if (keys.has(row.key.id)) current = row.key.id;
  else closeRing();
  return row;
}

/** Keys that this page may use, from the next look at what is kept. `key`: the data key of the row. */
export async function addKeys(row: RingRow, key: CryptoKey): Promise<void> {
  for (const [id, each] of await keysBehind(row, key)) keys.set(id, each);
}

export function closeRing(): void {
  current = null;
  keys.clear();
}

/** Whether this page seals with this key. */
export function holds(id: string): boolean {
  return current === id;
}

/** The key to seal with: the database is asked whether it still is the one. Throws Locked. */
export async function presentKey(): Promise<{ id: string; key: CryptoKey }> {
  await lookAgain();
  const key = keys.get(current ?? "");
  if (current === null || key === undefined) throw new Locked();
  return { id: current, key };
}

/** The key of that id; undefined where there is none such. Throws Locked. */
export async function keyOfId(id: string): Promise<CryptoKey | undefined> {
  if (current === null || !keys.has(id)) await lookAgain();
  if (current === null) throw new Locked();
  return keys.get(id);
}

/** One look for all that ask while it lasts. */
function lookAgain(): Promise<void> {
  looking ??= look().finally(() => {
    looking = null;
  });
  return looking;
}

async function look(): Promise<void> {
  for (const database of [...databases]) {
    try {
      await openRing(database);
      return;
    } catch (problem) {
      // A closed connection: nothing can be written by it either.
      if (!(problem instanceof Error && problem.name === "InvalidStateError")) throw problem;
      databases = databases.filter((each) => each !== database);
    }
  }
}

/** Two tabs may do this at once: the first counts. */
async function begin(database: Database): Promise<RingRow> {
  const row = await newRing();
  return inOne(database, ["lock"], async ({ store }) => {
    const before = await store.get("ring");
    if (before === undefined) await store.put(row, "ring");
    return before ?? row;
  });
}
