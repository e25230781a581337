/** What the app says of a model's choices, as keys and numbers: sentences come from the catalogue of
 * messages. */

import type { Evidence } from "../model/bundle.ts";
import type { Choice, Mood } from "../model/package.ts";

const NOTABLE = 0.05; // utilities are distances in the affect plane; a term less than this is no reason

/** Why a track is there. `distance`: how far from the waypoint the mood is expected to be after it, in
 * the affect plane. `liking`: expected, 1..5. */
export type Said =
  | { key: "leads-there"; distance: number }
  | { key: "liked"; liking: number }
  | { key: "well-known" }
  | { key: "sounds-alike" }
  | { key: "although-heard-lately" }
  | { key: "to-learn" };

/** What spoke for the track and against it, as `reason_for` in exports/playlists.py says it. `first`:
 * the list begins with it, so it follows nothing. */
export function reasonsFor({ terms, liking }: Choice, first: boolean): Said[] {
  const said: Said[] = [{ key: "leads-there", distance: -terms.mood }];
  if (liking !== null) said.push({ key: "liked", liking });
  if (terms.familiarity >= NOTABLE) said.push({ key: "well-known" });
  if (!first && terms.transition > -NOTABLE) said.push({ key: "sounds-alike" });
  if (terms.fatigue < -NOTABLE) said.push({ key: "although-heard-lately" });
  if (terms.exploration >= NOTABLE) said.push({ key: "to-learn" });
  return said;
}

/** How well a track fits the step of the path that it is for. */
export type Fit = "well" | "fairly" | "best";

// Steps of ours, in parts of the affect plane's half: not limits that a study found.
const WELL = 0.15;
const FAIRLY = 0.4;

/** `distance`: between the mood that is expected and the one that the path wants, in the affect plane. */
export function fitOf(distance: number): Fit {
  if (distance <= WELL) return "well";
  return distance <= FAIRLY ? "fairly" : "best";
}

export type Sureness = "sure" | "fairly-sure" | "unsure";

// A mood of which nothing at all is known, and that may be anywhere on −1..1, has a variance of 1/3.
// Of that a sure prediction leaves at most a quarter open, and a fairly sure one at most three
// quarters: deviations of .29 and .5. These are steps of ours, not limits that a study found.
const NOTHING_KNOWN = 1 / 3;
const SURE = NOTHING_KNOWN / 4;
const FAIRLY_SURE = (NOTHING_KNOWN * 3) / 4;

/** How sure the model is of the mood after a track, by the axis of which it is less sure. `deviation`:
 * standard deviations of valence and arousal. */
export function surenessOf(deviation: Mood): Sureness {
  const variance = Math.max(...deviation) ** 2;
  if (variance <= SURE) return "sure";
  return variance <= FAIRLY_SURE ? "fairly-sure" : "unsure";
}

/** What an answer is predicted from. `everybody`: from what people say in general, because adapting to
 * one person was not shown to help, or `from` so many ratings on only. `own-level`: from that and how
 * high this person's answers are; which tracks they rated how is not used. `own-tracks`: from all. */
export interface Basis {
  answer: string;
  rests: "everybody" | "own-level" | "own-tracks";
  /** With how many ratings that changes; null where it does not. */
  from: number | null;
}

/** Where the model abstains from adapting to this patient, and where it does not. `adapting`: the
 * manifest's. `ratings`: how many tracks the patient has rated. */
export function basisOf(adapting: Evidence[], ratings: number): Basis[] {
  return adapting.map(({ answer, served, begins = 1 }) => {
    if (served === "population" || begins === 0) return { answer, rests: "everybody", from: null };
    if (ratings < begins) return { answer, rests: "everybody", from: begins };
    return { answer, rests: served === "offset" ? "own-level" : "own-tracks", from: null };
  });
}
