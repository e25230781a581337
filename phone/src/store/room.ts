/**
 * Room for what must be kept when the disk is full.
 *
 * A few megabytes are held in reserve from the start, and given up first: what a patient rates is small,
 * so that is room for months of it. What goes after that can be had again (audio, by `more`), or is on the
 * server as well (the oldest of the history). The outbox is never touched.
 */

import type { Bytes } from "../signing/cbor.ts";
import type { Database } from "./schema.ts";
import { inOne } from "./transactions.ts";

export const RESERVE_BLOCKS = 32;
const BLOCK = 65_536; // bytes; as many as getRandomValues makes at once
const HISTORY_SHARE = 4; // of the history, one part in so many goes at a time

/** Give up audio or the like; whether there was any. */
export type MoreRoom = () => Promise<boolean>;

/** There is nothing left to give up. */
export class FullDisk extends Error {}

/** Hold the reserve, or what is missing of it. Whether it is whole: if not, the disk is as good as full. */
export async function holdReserve(database: Database): Promise<boolean> {
  const held = new Set(await database.getAllKeys("reserve"));
  for (let block = 0; block < RESERVE_BLOCKS; block++) {
    if (held.has(block)) continue;
    // Random, because zeros would be packed into nothing.
    const bytes: Bytes = crypto.getRandomValues(new Uint8Array(BLOCK));
    try {
      await database.put("reserve", bytes, block);
    } catch (problem) {
      if (isFull(problem)) return false;
      throw problem;
    }
  }
  return true;
}

/**
 * Write, and where the disk is full make room and write again. True where room had to be made: the app
 * should fetch no more, and say that the phone is full. Throws FullDisk where it did not help.
 */
export async function writeWithRoom(
  database: Database,
  write: () => Promise<unknown>,
  more: MoreRoom,
): Promise<boolean> {
  const sources = [() => giveUpReserve(database), more, () => giveUpHistory(database)];
  for (let tight = false; ; tight = true) {
    try {
      await write();
      return tight;
    } catch (problem) {
      if (!isFull(problem)) throw problem;
    }
    while (sources.length > 0 && !(await sources[0]())) sources.shift();
    if (sources.length === 0) throw new FullDisk();
  }
}

export function isFull(problem: unknown): boolean {
  return problem instanceof Error && problem.name === "QuotaExceededError";
}

async function giveUpReserve(database: Database): Promise<boolean> {
  const held = await database.count("reserve");
  await database.clear("reserve");
  return held > 0;
}

/** The oldest part of what the server has: not what is still in the outbox. */
async function giveUpHistory(database: Database): Promise<boolean> {
  return inOne(database, ["history", "outbox", "aside"], async (writing) => {
    const waiting = new Set<string>();
    for (const name of ["outbox", "aside"] as const) {
      for (const { id } of await writing.objectStore(name).getAll()) waiting.add(id);
    }
    const past = writing.objectStore("history");
    const rows = (await past.index("at").getAll()).filter(({ id }) => !waiting.has(id));
    const oldest = rows.slice(0, Math.ceil(rows.length / HISTORY_SHARE));
    for (const { id } of oldest) await past.delete(id);
    return oldest.length > 0;
  });
}
