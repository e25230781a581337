/**
 * What the patient rated in one sitting, as the rows that a model takes in. The same as
 * adaptation/learning/support.py: a rated track says how much it was liked. What it did to the mood is
 * known only between two mood ratings; with n tracks between them the way is shared out evenly, and
 * each share counts as one n-th of an observation.
 */

import type { Mood } from "../model/package.ts";

/** Times are milliseconds since 1970. `id`: the client's own. */
export interface MoodRated {
  kind: "mood";
  id: string;
  at: number;
  phase: "before" | "during" | "after";
  mood: Mood;
}

/** `liking` 1..5. */
export interface TrackRated {
  kind: "track";
  id: string;
  at: number;
  track: string;
  liking: number;
}

export type Rated = MoodRated | TrackRated;

/** One rated track: what was said, −1..1, and how much of an observation it is, 0 (not asked) .. 1. */
export interface Row {
  rating: TrackRated;
  /** Before the track. */
  mood: Mood;
  outcome: Answers;
  weight: Answers;
}

export interface Answers {
  liking: number;
  valence: number;
  arousal: number;
}

const NEUTRAL: Mood = [0, 0];

/** A session plays a track once, so who rated it again thought better of it: the last word counts, in the
 * place of the first. As adaptation/supports.py has it. */
export function lastWords(sitting: Rated[]): Rated[] {
  const last = new Map<string, number>();
  const inOrder = sitting.toSorted(inTime);
  for (const rated of inOrder) if (rated.kind === "track") last.set(rated.track, rated.liking);
  return inOrder.flatMap((rated): Rated[] => {
    if (rated.kind === "mood") return [rated];
    const liking = last.get(rated.track);
    last.delete(rated.track);
    return liking === undefined ? [] : [{ ...rated, liking }];
  });
}

/** Rows of one sitting, in the order of its track ratings. */
export function rowsOf(sitting: Rated[]): Row[] {
  const rows: Row[] = [];
  let before: Mood | null = null;
  let heard: TrackRated[] = [];
  for (const rated of sitting.toSorted(inTime)) {
    if (rated.kind === "track") {
      heard.push(rated);
      continue;
    }
    rows.push(...rowsBetween(before, heard, rated.mood));
    before = rated.mood;
    heard = [];
  }
  return [...rows, ...rowsBetween(before, heard, null)];
}

function rowsBetween(before: Mood | null, heard: TrackRated[], after: Mood | null): Row[] {
  return heard.map((rating, place) => {
    const liking = (rating.liking - 3) / 2;
    if (before === null || after === null) {
      const outcome = { liking, valence: 0, arousal: 0 };
      const weight = { liking: 1, valence: 0, arousal: 0 };
      return { rating, mood: before ?? NEUTRAL, outcome, weight };
    }
    const share = 1 / heard.length;
    const [valence, arousal] = between(before, after, (place + 1) / heard.length);
    return {
      rating,
      mood: between(before, after, place / heard.length),
      outcome: { liking, valence, arousal },
      weight: { liking: 1, valence: share, arousal: share },
    };
  });
}

function between(before: Mood, after: Mood, share: number): Mood {
  return [before[0] + (after[0] - before[0]) * share, before[1] + (after[1] - before[1]) * share];
}

/** Ratings of one instant, as a coarse clock gives them, stand in the order of a sitting. */
function inTime(a: Rated, b: Rated): number {
  return a.at - b.at || orderOf(a) - orderOf(b) || (a.id < b.id ? -1 : 1);
}

function orderOf(rated: Rated): number {
  if (rated.kind === "track") return 1;
  return { before: 0, during: 2, after: 3 }[rated.phase];
}
