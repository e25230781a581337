/** What the patient rated and heard, for themselves and for what the app goes by: recency, familiarity. */

import type { Database, HistoryRow, ItemBody, Kind } from "./schema.ts";
import { ifReadable, unseal } from "./sealing.ts";

export interface Past {
  id: string;
  kind: Kind;
  session?: string | null;
  /** By the phone's clock, in ms since 1970. */
  at: number;
  /** As HistoryRow has it. */
  stored?: number;
  body: ItemBody;
}

/** Everything of the patient from a time on, oldest first. */
export async function history(database: Database, patient: string, since = 0): Promise<Past[]> {
  const rows = await database.getAllFromIndex("history", "at", IDBKeyRange.lowerBound(since));
  return readable(rows.filter((row) => row.patient === patient));
}

/** What happened in these sessions, in no order. */
export async function historyOf(database: Database, sessions: string[]): Promise<Past[]> {
  const rows = await Promise.all(
    sessions.map((session) => database.getAllFromIndex("history", "session", session)),
  );
  return readable(rows.flat());
}

/** The ids of everything, of whomever, from a time on: of what is known already nothing need be opened. */
export function idsSince(database: Database, since: number): Promise<string[]> {
  return database.getAllKeysFromIndex("history", "at", IDBKeyRange.lowerBound(since));
}

/** Of these what is the patient's. */
export async function historyOfIds(
  database: Database,
  patient: string,
  ids: string[],
): Promise<Past[]> {
  const rows = await Promise.all(ids.map((id) => database.get("history", id)));
  return readable(rows.filter((row) => row !== undefined).filter((row) => row.patient === patient));
}

/** Of the patient's track ratings those that the server stored at `since` or later, by its own clock in ms
 * since 1970, or of which it is not known that it did: unopened. */
export async function ratingsStoredSince(
  database: Database,
  patient: string,
  since: number,
): Promise<HistoryRow[]> {
  const rows = await database.getAll("history");
  return rows.filter(
    ({ kind, patient: whose, stored }) =>
      kind === "track-rating" && whose === patient && (stored ?? since) >= since,
  );
}

/** A row that was damaged is left out: it stands in the way of no other. */
export async function readable(rows: HistoryRow[]): Promise<Past[]> {
  const found = await Promise.all(rows.map((row) => ifReadable(past(row))));
  return found.filter((row) => row !== null);
}

async function past({ patient: _, era: __, body, ...rest }: HistoryRow): Promise<Past> {
  return { ...rest, body: await unseal(body) };
}
