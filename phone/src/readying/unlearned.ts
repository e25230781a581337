/**
 * Which ratings the patient's record does not know, so that the phone has to take them in itself.
 *
 * A record says when it was made, and the server learns from whatever it has by then: what it stored before
 * is known, everything else is not. Where nobody heard when a rating was stored, it counts from when it was
 * made. Should a rating be left out between two models by that, it is in the next one, which the server
 * makes of it; the other mistake, taking it in twice, would stay.
 */

import { rowsToAdd } from "../listening/adapting.ts";
import { lastWords, type Rated, type Row } from "../listening/ratings.ts";
import { historyOf, type Past, ratingsStoredSince, readable } from "../store/history.ts";
import type { Database, HistoryRow } from "../store/schema.ts";

const SECOND = 1000; // ms; a record says when it was made in whole seconds

/** The rows of all sittings but one, of which the record does not know the rating. `created`: when the
 * record was made, in seconds since 1970. */
export async function unlearnedRows(
  database: Database,
  patient: string,
  created: number,
  but: string | null = null,
): Promise<Row[]> {
  const unknown = await ratingsStoredSince(database, patient, (created + 1) * SECOND);
  const sessions = new Set(unknown.map(({ session }) => session ?? null));
  const sittings = [...sessions].filter((session) => session !== null && session !== but);
  const events = await historyOf(database, sittings as string[]);
  const alone = await readable(unknown.filter(isAlone));
  const together = sittings.map((sitting) => events.filter(({ session }) => session === sitting));
  return rowsOf([...together, ...alone.map(one)], created);
}

/** The same of one sitting. */
export async function unlearnedRowsOf(
  database: Database,
  session: string,
  created: number,
): Promise<Row[]> {
  return rowsOf([await historyOf(database, [session])], created);
}

function rowsOf(sittings: Past[][], created: number): Row[] {
  const known = sittings.flat().filter((event) => isKnown(event, created));
  const ids = new Set(known.map(({ id }) => id));
  return rowsToAdd(
    sittings.map((events) => lastWords(events.flatMap(ratedIn))),
    ids,
  );
}

function isKnown({ stored }: Past, created: number): boolean {
  return stored !== undefined && stored < (created + 1) * SECOND;
}

function isAlone({ session }: HistoryRow): boolean {
  return session === undefined || session === null;
}

function one(event: Past): Past[] {
  return [event];
}

/** As a model reads it; nothing, where no track and no mood was rated. */
function ratedIn({ id, kind, at, body }: Past): Rated[] {
  const time = Date.parse(String(body.rated_at));
  const given = { id, at: Number.isNaN(time) ? at : time };
  if (kind === "track-rating") {
    const { track, liking } = body as { track: string; liking: number };
    return [{ kind: "track", ...given, track, liking }];
  }
  if (kind !== "mood-rating") return [];
  const { phase, valence, arousal } = body as {
    phase: MoodPhase;
    valence: number;
    arousal: number;
  };
  return [{ kind: "mood", ...given, phase, mood: [valence, arousal] }];
}

type MoodPhase = "before" | "during" | "after";
