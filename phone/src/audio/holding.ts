/** The sound of tracks, as far as the phone holds it: in parts, so that a broken download goes on. */

import type { Bytes } from "../signing/cbor.ts";
import type { AudioRow, Database } from "../store/schema.ts";
import { inOne } from "../store/transactions.ts";

export async function heldAudio(database: Database, track: string): Promise<AudioRow | undefined> {
  return database.get("audio", track);
}

/** Of all tracks of which there is something, whole or not. */
export async function allHeld(database: Database): Promise<AudioRow[]> {
  return database.getAll("audio");
}

/** Begin a track's sound anew; what there was of it goes. */
export async function begin(
  database: Database,
  row: Pick<AudioRow, "track" | "etag" | "type" | "total">,
  at: number,
): Promise<void> {
  await inOne(database, ["audio", "parts"], async (writing) => {
    await writing.objectStore("parts").delete(partsOf(row.track));
    await writing
      .objectStore("audio")
      .put({ ...row, bytes: 0, parts: 0, whole: false, usedAt: at });
  });
}

/** Add the next bytes. Throws QuotaExceededError on a full disk: what was held before stays. */
export async function append(database: Database, track: string, part: Bytes): Promise<void> {
  await inOne(database, ["audio", "parts"], async (writing) => {
    const rows = writing.objectStore("audio");
    const row = await rows.get(track);
    if (row === undefined) return; // it was given up meanwhile
    await writing.objectStore("parts").put(part, [track, row.parts]);
    await rows.put({ ...row, bytes: row.bytes + part.length, parts: row.parts + 1 });
  });
}

export async function finish(database: Database, track: string): Promise<void> {
  await change(database, track, (row) => ({ ...row, whole: true }));
}

/** That a track was played: what was played longest ago is given up first. */
export async function noteUse(database: Database, track: string, at: number): Promise<void> {
  await change(database, track, (row) => ({ ...row, usedAt: at }));
}

/** The whole sound of a track; null where it is not all here. */
export async function soundOf(database: Database, track: string): Promise<Blob | null> {
  const row = await database.get("audio", track);
  if (row === undefined || !row.whole) return null;
  return new Blob(await database.getAll("parts", partsOf(track)), { type: row.type });
}

/** Delete the sound of tracks. */
export async function giveUp(database: Database, tracks: string[]): Promise<void> {
  await inOne(database, ["audio", "parts"], async (writing) => {
    for (const track of tracks) {
      await writing.objectStore("audio").delete(track);
      await writing.objectStore("parts").delete(partsOf(track));
    }
  });
}

/** For a full disk (store/room.ts): delete what was played longest ago. Whether there was any. */
export async function giveUpOldest(database: Database): Promise<boolean> {
  const [oldest] = (await allHeld(database)).sort((one, other) => one.usedAt - other.usedAt);
  if (oldest !== undefined) await giveUp(database, [oldest.track]);
  return oldest !== undefined;
}

async function change(
  database: Database,
  track: string,
  to: (row: AudioRow) => AudioRow,
): Promise<void> {
  await inOne(database, ["audio"], async ({ store }) => {
    const row = await store.get(track);
    if (row !== undefined) await store.put(to(row));
  });
}

function partsOf(track: string): IDBKeyRange {
  return IDBKeyRange.bound([track, 0], [track, Number.MAX_SAFE_INTEGER]);
}
