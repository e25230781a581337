/**
 * The patient's vector, with what was rated since it was made. A new record starts from its own vector
 * and takes in the ratings that it does not have: those that were not sent yet. The vector is always
 * made from a starting point and whole rows, never by adding a mood to a row that was taken in without
 * it: answers of one rating hang together, so that would not give the same.
 */

import { type Bundle, described } from "../model/bundle.ts";
import type { Package, Rating } from "../model/package.ts";
import { type Catalogue, valuesOf } from "./catalogue.ts";
import { type Answers, type Rated, type Row, rowsOf } from "./ratings.ts";

/** What adapting asks of the model. */
export type Learner = Pick<Package, "bundle" | "vector" | "adapt">;

/** Where a vector starts: a record (signing/accept.ts), or what was made of it and kept. A therapist
 * who holds a model has a record that says `learns: false`, and then no rating moves it. */
export interface Start {
  vector: Float32Array;
  learns: boolean;
}

/** The rows of sittings that a record does not have. `known`: ids of the ratings that the server had
 * stored when it made the record. A row goes by its track rating: one that the record has is not taken
 * in twice, though a mood that came later is then left to the next record. */
export function rowsToAdd(sittings: Rated[][], known: ReadonlySet<string>): Row[] {
  return sittings.flatMap(rowsOf).filter(({ rating }) => !known.has(rating.id));
}

/** Gives the model the start's vector, adapted to the rows in any order. */
export async function adaptFrom(
  model: Learner,
  { vector, learns }: Start,
  rows: Row[],
  catalogue: Catalogue,
): Promise<void> {
  model.vector = Float32Array.from(vector);
  if (!learns) return;
  for (const rating of ratingsOf(model.bundle, rows, catalogue)) await model.adapt(rating);
}

/** The rows as a model takes them in. A track that the catalogue does not describe cannot speak, and is
 * left out. */
export function ratingsOf(bundle: Bundle, rows: Row[], catalogue: Catalogue): Rating[] {
  const tracks = new Map(catalogue.tracks.map((track) => [track.id, track]));
  const { outcomes } = bundle.manifest;
  // An answer that a newer base asks for and this app does not is one that was not given.
  const ordered = (answers: Answers) =>
    Float32Array.from(outcomes, (name) => answers[name as keyof Answers] ?? 0);
  return rows.flatMap(({ rating, mood, outcome, weight }) => {
    const track = tracks.get(rating.track);
    if (track === undefined) return [];
    const features = described(bundle, valuesOf([track]), [track.key]);
    return [{ features, mood, outcome: ordered(outcome), weight: ordered(weight) }];
  });
}
