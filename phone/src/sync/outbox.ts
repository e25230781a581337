/** What happened, kept before anything else is done with it, until the server has it. */

import { writeWithRoom } from "../store/room.ts";
import type { Database, ItemBody, Kind, OutboxRow, Reason } from "../store/schema.ts";
import { ifReadable, seal, unseal } from "../store/sealing.ts";
import { inOne } from "../store/transactions.ts";
import { behind, type ClockRow, isAsGood, present } from "./clock.ts";
import { keepLook } from "./state.ts";
import type { Surroundings } from "./surroundings.ts";

/** One thing that happened. `body`: what its own endpoint takes, without `id` and `session`. */
export interface Report {
  /** UUID version 4, made by whoever reports; the end of a session has that of its beginning. */
  id: string;
  kind: Kind;
  session?: string | null;
  body: ItemBody;
}

export interface Counts {
  waiting: number;
  aside: number;
}

/**
 * Keep a report. Its times are by the clock as it is now. True where room had to be made for it (the phone
 * is full: say so). Throws FullDisk where there was none to make; then it is not kept.
 */
export async function keepReport(
  database: Database,
  around: Surroundings,
  patient: string,
  { id, kind, session, body }: Report,
): Promise<boolean> {
  async function write(): Promise<void> {
    const [clock, begun, sealed] = await Promise.all([
      keepLook(database, around),
      database.get("history", id),
      seal(body),
    ]);
    const now = present(clock).id;
    const era = begun?.era ?? now; // one clock goes for a whole session, and its beginning may be sent
    const endedIn = era === now ? {} : { endedIn: now };
    const item = { id, kind, ...(session === undefined ? {} : { session }), patient, era };
    const shared = { ...item, body: sealed };
    await inOne(database, ["outbox", "history"], async (writing) => {
      const row = { ...shared, ...endedIn, renewed: false } as OutboxRow; // the store gives it its place
      await writing.objectStore("outbox").add(row);
      await writing.objectStore("history").put({ ...shared, at: around.clock().wall });
    });
  }
  return writeWithRoom(database, write, around.more);
}

/** The first of what waits after a place, in order, at most so many. */
export function waitingAfter(
  database: Database,
  place: number,
  most: number,
): Promise<OutboxRow[]> {
  return database.getAll("outbox", IDBKeyRange.lowerBound(place, true), most);
}

/** Those of the patient that can be read. One that was damaged stays, is not sent, and stands in the way of no
 * other. */
export async function sendable(rows: OutboxRow[], patient: string): Promise<OutboxRow[]> {
  const own = rows.filter((row) => row.patient === patient);
  const bodies = await Promise.all(own.map(({ body }) => ifReadable(unseal(body))));
  return own.filter((_, place) => bodies[place] !== null);
}

/** What is sent of a row: the same however often it is. */
export async function itemOf({ kind, id, session, body }: OutboxRow): Promise<ItemBody> {
  return { kind, id, ...(session === undefined ? {} : { session }), ...(await unseal(body)) };
}

/**
 * The rows with the ends of sessions by the clock of their beginning, kept so before they are first sent:
 * only now, as the server was heard, is it known how far apart the two clocks are.
 */
export async function settleEnds(
  database: Database,
  clock: ClockRow,
  rows: OutboxRow[],
): Promise<OutboxRow[]> {
  const settled = await Promise.all(rows.map((row) => settledEnd(clock, row)));
  const changed = settled.filter((row, place) => row !== rows[place]);
  if (changed.length > 0) {
    await inOne(database, ["outbox"], async ({ store }) => {
      for (const row of changed) {
        if ((await store.get(row.place)) !== undefined) await store.put(row);
      }
    });
  }
  return settled;
}

async function settledEnd(clock: ClockRow, row: OutboxRow): Promise<OutboxRow> {
  const { endedIn, ...rest } = row;
  if (endedIn === undefined) return row;
  const body = await unseal(row.body);
  const slow = behind(clock, row.era) - behind(clock, endedIn);
  if (typeof body.ended_at !== "string" || isAsGood(slow, 0)) return rest;
  const ended_at = new Date(Date.parse(body.ended_at) - slow).toISOString();
  return { ...rest, body: await seal({ ...body, ended_at }) };
}

/** How many items wait, and how many were set aside: of a patient, or of all who had this phone. */
export async function counts(database: Database, patient?: string): Promise<Counts> {
  const [outbox, aside] = await Promise.all([database.getAll("outbox"), database.getAll("aside")]);
  const of = (rows: OutboxRow[]) =>
    rows.filter((row) => patient === undefined || row.patient === patient).length;
  return { waiting: of(outbox), aside: of(aside) };
}

/** What was set aside, with the server's reasons, for the patient to see. */
export async function setAside(
  database: Database,
): Promise<(Report & { place: number; reason: Reason })[]> {
  const rows = await database.getAll("aside");
  return Promise.all(
    rows.map(async ({ place, id, kind, session, body, reason }) => ({
      place,
      id,
      kind,
      ...(session === undefined ? {} : { session }),
      body: await unseal(body),
      reason: await unseal(reason),
    })),
  );
}

/** Only the patient throws away what was set aside, and with a session what belongs to it. */
export async function throwAway(database: Database, place: number): Promise<void> {
  await inOne(database, ["aside"], async ({ store }) => {
    const row = await store.get(place);
    await store.delete(place);
    if (row?.kind !== "session") return;
    for (const key of await store.index("session").getAllKeys(row.id)) await store.delete(key);
  });
}

/** Everything that was set aside waits again, in the places that it had. */
export async function bringBack(database: Database): Promise<void> {
  await inOne(database, ["outbox", "aside"], async (writing) => {
    for (const { reason: _, ...row } of await writing.objectStore("aside").getAll()) {
      await writing.objectStore("outbox").put(row);
    }
    await writing.objectStore("aside").clear();
  });
}
