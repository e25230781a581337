/** What a session is opened with, gathered from what the phone holds; and what there is to listen to where
 * there is no model. */

import { allHeld } from "../audio/holding.ts";
import type { Catalogue, Track } from "../listening/catalogue.ts";
import { allowedTracks, type Prescription } from "../listening/exclusions.ts";
import { recencyOf } from "../listening/history.ts";
import { newSeed } from "../listening/request.ts";
import type { Opening } from "../listening/session.ts";
import type { Mood } from "../model/package.ts";
import type { Database } from "../store/schema.ts";
import { answersOf } from "./answers.ts";
import { memoryOf } from "./memory.ts";

export interface Tap {
  mood: Mood;
  /** Now, by the phone's clock, in ms since 1970. */
  at: number;
  /** By chance if left out. */
  seed?: number;
  /** The plan's own if left out. */
  target?: Mood;
}

/** With tracks alone whose sound is whole here. Null before the phone has heard of a plan and a catalogue.
 * What takes long is kept in memory: one call before the tap makes that ready (`warm`). */
export async function openingOf(
  database: Database,
  patient: string,
  { mood, at, seed = newSeed(), target }: Tap,
): Promise<Opening | null> {
  const [{ catalogue, prescription }, { history }, atHand] = await Promise.all([
    answersOf(database),
    memoryOf(database, patient, at),
    tracksHere(database),
  ]);
  if (catalogue === null || prescription === null) return null;
  const opening = { prescription, catalogue, history, mood, seed, at };
  const more = target === undefined ? {} : { target };
  return { ...opening, ...more, atHand };
}

/** Have in memory what the next opening needs. */
export async function warm(database: Database, patient: string, at: number): Promise<void> {
  await openingOf(database, patient, { mood: [0, 0], at, seed: 0 });
}

/** Tracks that the plan allows and that are here, for a patient who chooses by themselves: those that are
 * always to be there first, then those that were not heard for longest. */
export async function toChooseFrom(
  database: Database,
  patient: string,
  at: number,
): Promise<Track[]> {
  const { catalogue, prescription } = await answersOf(database);
  if (catalogue === null || prescription === null) return [];
  const { history } = await memoryOf(database, patient, at);
  const ids = catalogue.tracks.map(({ id }) => id);
  const recency = recencyOf(history, ids, at);
  const always = new Set(prescription.plan.always_tracks);
  return rowsHere(catalogue, prescription, await tracksHere(database))
    .sort(
      (one, other) =>
        Number(always.has(ids[other])) - Number(always.has(ids[one])) ||
        recency[one] - recency[other],
    )
    .map((row) => catalogue.tracks[row]);
}

function rowsHere(
  catalogue: Catalogue,
  prescription: Prescription,
  atHand: ReadonlySet<string>,
): number[] {
  const allowed = allowedTracks(catalogue, prescription, atHand);
  return Array.from(allowed.keys()).filter((row) => allowed[row]);
}

async function tracksHere(database: Database): Promise<ReadonlySet<string>> {
  const held = await allHeld(database);
  return new Set(held.filter(({ whole }) => whole).map(({ track }) => track));
}
