/** What the patient rated and heard, for themselves and for what the app goes by: recency, familiarity. */

import type { Database, HistoryRow, ItemBody, Kind } from "./schema.ts";
import { unseal } from "./sealing.ts";

export interface Past {
  id: string;
  kind: Kind;
  session?: string | null;
  /** By the phone's clock, in ms since 1970. */
  at: number;
  body: ItemBody;
}

/** Everything of the patient from a time on, oldest first. */
export async function history(database: Database, patient: string, since = 0): Promise<Past[]> {
  const rows = await database.getAllFromIndex("history", "at", IDBKeyRange.lowerBound(since));
  return Promise.all(rows.filter((row) => row.patient === patient).map(past));
}

async function past({ patient: _, era: __, body, ...rest }: HistoryRow): Promise<Past> {
  return { ...rest, body: await unseal(body) };
}
