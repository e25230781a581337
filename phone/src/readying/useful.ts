/**
 * Of which tracks the sound is worth having on the phone, the most useful first.
 *
 * What the plan says is always to be there comes first. Then those that the model puts into playlists for the
 * moods that sessions began in lately, the ones that it takes most often before the others; then the rest of
 * what the plan allows, by how well each would do as the first track. What is excluded is never fetched.
 */

import type { Catalogue } from "../listening/catalogue.ts";
import { allowedTracks, type Prescription } from "../listening/exclusions.ts";
import type { History } from "../listening/history.ts";
import { openSession, type Planner } from "../listening/session.ts";
import type { Mood } from "../model/package.ts";

const SEEDS = [1, 2]; // a playlist is drawn: some draws of each mood
const NO_MOODS: readonly Mood[] = [
  [-0.5, 0.5],
  [-0.5, -0.5],
]; // before the first session: tense, and low

export interface Likely {
  catalogue: Catalogue;
  prescription: Prescription;
  history: History;
  /** That sessions began in, the newest first; those of different places count most. */
  moods: readonly Mood[];
  /** In ms since 1970. */
  at: number;
}

/** Ids of tracks that have sound. `model` null: there is none, and the order is that of the catalogue. */
export async function mostUseful(model: Planner | null, likely: Likely): Promise<string[]> {
  const { catalogue, prescription } = likely;
  const allowed = allowedTracks(catalogue, prescription);
  const rows = catalogue.tracks
    .map((_, row) => row)
    .filter((row) => allowed[row] && catalogue.tracks[row].audio !== null);
  const { uses, scores } = await expected(model, likely, rows.length > 0);
  const always = new Set(prescription.plan.always_tracks);
  const isAlways = (row: number) => Number(always.has(catalogue.tracks[row].id));
  rows.sort(
    (one, other) =>
      isAlways(other) - isAlways(one) ||
      uses[other] - uses[one] ||
      scores[other] - scores[one] ||
      one - other,
  );
  return rows.map((row) => catalogue.tracks[row].id);
}

/** Of every track of the catalogue: in how many playlists it was, and its scores as the first one. */
async function expected(model: Planner | null, likely: Likely, isAny: boolean) {
  const { catalogue, prescription, history, at } = likely;
  const uses: number[] = Array(catalogue.tracks.length).fill(0);
  const scores: number[] = Array(catalogue.tracks.length).fill(0);
  if (model === null || !isAny) return { uses, scores };
  for (const mood of likely.moods.length > 0 ? likely.moods : NO_MOODS) {
    const opening = { prescription, catalogue, history, mood, at, seed: SEEDS[0] };
    const { candidates, request } = await openSession(model, opening);
    for (const seed of SEEDS) {
      const playlist = await model.playlist(candidates, { ...request, seed });
      for (const { row } of playlist.choices) uses[row] += 1;
      for (const [row, score] of playlist.scores.entries()) scores[row] += score;
    }
  }
  return { uses, scores };
}
