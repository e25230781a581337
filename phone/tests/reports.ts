/** Reports, servers that say something of each, and phones that hold some: for the tests of handing over. */

import type { Outcome } from "../src/api/calls.ts";
import type { Database } from "../src/store/schema.ts";
import { keepReport, type Report } from "../src/sync/outbox.ts";
import {
  around,
  type Call,
  clockAt,
  connected,
  json,
  NOON,
  PATIENT,
  serverOf,
} from "./surroundings.ts";

export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
export type Item = Call["body"]["items"][number];

export const SESSION: Report = {
  id: "session",
  kind: "session",
  body: { started_at: "2026-03-02T12:00:00Z" },
};

export function rating(id: string, session: string | null = null, filler = ""): Report {
  return { id, kind: "mood-rating", session, body: { valence: 0.5, filler } };
}

export function outcome({ id, kind }: Item, status: string, given: Partial<Outcome> = {}): Outcome {
  const may_delete = ["stored", "already-stored", "care-ended"].includes(status);
  return { id, kind, status, may_delete, code: "", detail: "", errors: [], ...given };
}

/** A server that says of every item what `status` says, and `null` of what it should store. */
export function saying(status: (item: Item) => string | Outcome = () => "stored") {
  return serverOf(({ body }) =>
    json({
      items: body?.items.map((item) => {
        const said = status(item);
        return typeof said === "string" ? outcome(item, said) : said;
      }),
    }),
  );
}

export async function holding(...reports: Report[]): Promise<Database> {
  const database = await connected();
  for (const report of reports) {
    await keepReport(database, around(clockAt(NOON)), PATIENT, report);
  }
  return database;
}

export const sentIds = (call: Call) => call.body.items.map(({ id }) => id);
