/** How handing over stands, between one time and the next. */

import { writeWithRoom } from "../store/room.ts";
import type { Database, SyncRow } from "../store/schema.ts";
import { inOne } from "../store/transactions.ts";
import { type ClockRow, heard, noticed } from "./clock.ts";
import type { Surroundings } from "./surroundings.ts";

/** Before anything was sent. */
export const FRESH: SyncRow = {
  failures: 0,
  notBefore: 0,
  fault: null,
  careEnded: false,
  app: "",
  triedAside: 0,
};

export async function syncState(database: Database): Promise<SyncRow> {
  return ((await database.get("state", "sync")) as SyncRow | undefined) ?? FRESH;
}

export async function changeSyncState(
  database: Database,
  around: Surroundings,
  change: (before: SyncRow) => Partial<SyncRow>,
): Promise<void> {
  const write = () =>
    inOne(database, ["state"], async ({ store }) => {
      const before = ((await store.get("sync")) as SyncRow | undefined) ?? FRESH;
      await store.put({ ...before, ...change(before) }, "sync");
    });
  await writeWithRoom(database, write, around.more);
}

/** The server said that the consent to care was taken back. */
export function noteCareEnded(database: Database, around: Surroundings): Promise<void> {
  return changeSyncState(database, around, () => ({ careEnded: true }));
}

/** The patient was told that care has ended, or it goes on. */
export function toldOfTheEnd(database: Database, around: Surroundings): Promise<void> {
  return changeSyncState(database, around, () => ({ careEnded: false }));
}

/** Look at the clocks, and keep what is seen; `at`: the server's, if it was just heard (ms since 1970).
 * Worth a call when a page opens, even if nothing happens: what is not seen has to be guessed. */
export async function lookAtClocks(
  database: Database,
  around: Surroundings,
  at: number | null = null,
): Promise<ClockRow> {
  let seen: ClockRow | undefined;
  const write = async () => {
    seen = await keepLook(database, around, at);
  };
  await writeWithRoom(database, write, around.more);
  return seen as unknown as ClockRow;
}

/** The same for who makes room themselves. Throws QuotaExceededError. */
export async function keepLook(
  database: Database,
  around: Surroundings,
  at: number | null = null,
): Promise<ClockRow> {
  const oldest = at === null ? 0 : await oldestEra(database);
  const reading = around.clock();
  return inOne(database, ["state"], async ({ store }) => {
    const row = noticed((await store.get("clock")) as ClockRow | undefined, reading);
    const seen = at === null ? row : heard(row, reading, at, oldest);
    await store.put(seen, "clock");
    return seen;
  });
}

/** Of all that waits or was set aside; infinite where nothing does. */
async function oldestEra(database: Database): Promise<number> {
  const rows = [...(await database.getAll("outbox")), ...(await database.getAll("aside"))];
  return rows.reduce((oldest, { era }) => Math.min(oldest, era), Number.POSITIVE_INFINITY);
}
