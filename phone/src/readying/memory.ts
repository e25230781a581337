/** What the patient heard and rated, as a playlist needs it, kept in memory: opening what was sealed takes
 * too long for a tap, and it never changes. */

import type { History } from "../listening/history.ts";
import type { Mood } from "../model/package.ts";
import { historyOfIds, idsSince, type Past } from "../store/history.ts";
import type { Database } from "../store/schema.ts";

const WEEK = 7 * 24 * 3_600_000; // ms
const WEEKS = 26; // how far back: a track of three weeks ago counts as heard .001 times as much as one of now

export interface Memory {
  history: History;
  /** That sessions began in, the newest first. */
  moods: Mood[];
}

interface Known {
  patient: string;
  opened: Map<string, Past>;
}

const known = new WeakMap<Database, Known>();

/** Of the last half year. `at`: now, by the phone's clock in ms since 1970. */
export async function memoryOf(database: Database, patient: string, at: number): Promise<Memory> {
  const ids = await idsSince(database, at - WEEKS * WEEK);
  const opened = openedOf(database, patient);
  const past = await historyOfIds(
    database,
    patient,
    ids.filter((id) => !opened.has(id)),
  );
  for (const one of past) opened.set(one.id, one);
  return remembered(ids.flatMap((id) => opened.get(id) ?? []));
}

function openedOf(database: Database, patient: string): Map<string, Past> {
  const before = known.get(database);
  if (before?.patient === patient) return before.opened;
  const opened = new Map<string, Past>();
  known.set(database, { patient, opened });
  return opened;
}

function remembered(past: Past[]): Memory {
  const history: History = { playlists: [], ratings: [] };
  const moods: Mood[] = [];
  for (const { kind, at, body } of past) {
    if (kind === "playlist-log") {
      const tracks = (body.entries as { track: string }[]).map(({ track }) => track);
      history.playlists.push({ tracks, madeAt: at });
    } else if (kind === "track-rating") {
      const { track, familiarity } = body as { track: string; familiarity?: number | null };
      history.ratings.push({ track, familiarity: familiarity ?? null, ratedAt: at });
    } else if (kind === "mood-rating" && body.phase === "before") {
      moods.unshift([body.valence as number, body.arousal as number]);
    }
  }
  return { history, moods };
}
