/** Whose phone this is, the keys that it trusts, and what becomes of all else when that changes. */

import type { Key } from "../signing/verify.ts";
import type { Database, Device } from "./schema.ts";
import { ifReadable, seal, unseal } from "./sealing.ts";
import { inOne } from "./transactions.ts";

/** Undefined before the first pairing, and where it cannot be read any more: then the patient connects again,
 * and what they reported is sent all the same. */
export async function keptDevice(database: Database): Promise<Device | undefined> {
  const row = await database.get("device", "this");
  return (row && (await ifReadable(unseal(row)))) ?? undefined;
}

/**
 * Keep what a pairing answered; the pairing is over, and pauses and faults of the connection before with
 * it. Where it is another patient's, what the server gave of the one before goes at once: it can be had
 * again. What that one reported stays, is not sent (sync/sync.ts), and goes by `forgetOthers`.
 */
export async function keepDevice(database: Database, device: Device): Promise<void> {
  const before = await keptDevice(database);
  const sealed = await seal(device);
  await inOne(database, ["device", "model", "bundles", "answers", "state"], async (writing) => {
    await writing.objectStore("device").put(sealed, "this");
    await writing.objectStore("state").delete("pairing");
    await writing.objectStore("state").delete("sync");
    if (before?.patientId === device.patientId) return;
    for (const name of ["model", "bundles", "answers"] as const) {
      await writing.objectStore(name).clear();
    }
    for (const name of ["sitting", "offered"] as const) {
      await writing.objectStore("state").delete(name);
    }
  });
}

/** The server does not know this token any more. Nothing is deleted; where the phone was connected again
 * meanwhile, in another tab, nothing changes. */
export async function noteEnded(database: Database, token: string): Promise<void> {
  const device = await keptDevice(database);
  if (device === undefined || device.token !== token) return;
  await database.put("device", await seal({ ...device, ended: true }), "this");
}

/** In no order: they go by their ids. */
export async function trustedKeys(database: Database): Promise<Key[]> {
  return database.getAll("keys");
}

/** These alone from now on. */
export async function keepKeys(database: Database, keys: Key[]): Promise<void> {
  await inOne(database, ["keys"], async ({ store }) => {
    await store.clear();
    for (const key of keys) await store.put(key);
  });
}

/** How many items of other patients than this one the phone holds, sent or not. */
export async function heldOfOthers(database: Database, patientId: string): Promise<number> {
  const rows = await Promise.all([
    database.getAll("outbox"),
    database.getAll("aside"),
    database.getAll("history"),
    database.getAll("decisions"),
  ]);
  return rows.flat().filter(({ patient }) => patient !== patientId).length;
}

/** Delete what patients before this one reported. Only after asking: some of it may be nowhere else. */
export async function forgetOthers(database: Database, patientId: string): Promise<void> {
  await inOne(database, ["outbox", "aside", "history", "decisions"], async (writing) => {
    for (const name of writing.objectStoreNames) {
      let cursor = await writing.objectStore(name).openCursor();
      while (cursor !== null) {
        if (cursor.value.patient !== patientId) await cursor.delete();
        cursor = await cursor.continue();
      }
    }
  });
}

/** After the consent to care was taken back (docs/consent.md): plan, model and what was not sent go. What
 * the patient rated and heard stays theirs, and the texts stay, to decide anew also without a network. */
export async function endCare(database: Database): Promise<void> {
  await inOne(database, ["model", "bundles", "answers", "outbox", "aside"], async (writing) => {
    const texts = await writing.objectStore("answers").get("consents");
    for (const name of writing.objectStoreNames) await writing.objectStore(name).clear();
    if (texts !== undefined) await writing.objectStore("answers").put(texts, "consents");
  });
}
