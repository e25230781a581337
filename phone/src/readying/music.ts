/** Has the music ahead that this patient is likely to need. */

import type { Api } from "../api/client.ts";
import type { Catalogue } from "../listening/catalogue.ts";
import type { Planner } from "../listening/session.ts";
import type { Database } from "../store/schema.ts";
import { answersOf } from "./answers.ts";
import { type Ahead, fetchAhead, type Music } from "./audio.ts";
import { memoryOf } from "./memory.ts";
import type { PatientModel } from "./model.ts";
import type { Place } from "./place.ts";
import { mostUseful } from "./useful.ts";

const LIKELY_MOODS = 4; // the newest

export interface MusicWanted {
  model: PatientModel;
  place: Place;
  stop: AbortSignal;
}

/** `at`: now, by the phone's clock, in ms since 1970. Null before the phone has a plan and a catalogue.
 * Throws as `fetchAhead`. */
export async function haveMusic(
  database: Database,
  api: Api,
  { patient, at, model, place, stop }: MusicWanted & { patient: string; at: number },
  progress: (ahead: Ahead) => void,
): Promise<Music | null> {
  const { catalogue, prescription } = await answersOf(database);
  if (catalogue === null || prescription === null) return null;
  const { history, moods } = await memoryOf(database, patient, at);
  const likely = { catalogue, prescription, history, moods: moods.slice(0, LIKELY_MOODS), at };
  const ids = await withModel(model, catalogue, (planner) => mostUseful(planner, likely));
  const tracks = new Map(catalogue.tracks.map((track) => [track.id, track]));
  const useful = ids.flatMap((id) => tracks.get(id) ?? []);
  return fetchAhead(database, api, useful, { place, stop, at, progress });
}

/** Null where there is none that may be used, or that reads this catalogue. */
async function withModel<Value>(
  model: PatientModel,
  { schema }: Catalogue,
  work: (planner: Planner | null) => Promise<Value>,
): Promise<Value> {
  const standing = await model.take();
  if (standing.state !== "ready") return work(null);
  const { inUse } = standing;
  const reads = inUse.model.bundle.manifest.schema.columns.join();
  const isOther = schema.columns.map(({ name }) => name).join() !== reads;
  try {
    return await work(isOther ? null : inUse.model);
  } finally {
    await model.giveBack(inUse);
  }
}
