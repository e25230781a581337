/** The patient's history, session by session, for them to look at. Times are milliseconds since 1970. */

import type { Track } from "../listening/catalogue.ts";
import type { Mood } from "../model/package.ts";
import type { Past } from "../store/history.ts";

export interface Sitting {
  id: string;
  startedAt: number;
  /** Null where it was not rated. */
  before: Mood | null;
  after: Mood | null;
  /** How many tracks were heard, whole or not. */
  tracks: number;
  ending: "completed" | "stopped" | "open";
}

/** Every session, oldest first. Ratings of one phase that were given more than once count the last time. */
export function sittingsOf(past: Past[]): Sitting[] {
  const found = new Map<string, Sitting>();
  for (const { id, kind, body } of past) {
    if (kind !== "session") continue;
    found.set(id, {
      id,
      startedAt: Date.parse(body.started_at as string),
      before: null,
      after: null,
      tracks: 0,
      ending: (body.ending as Sitting["ending"] | null | undefined) ?? "open",
    });
  }
  for (const { kind, session, body } of past) {
    const sitting = found.get(session ?? "");
    if (sitting === undefined) continue;
    if (kind === "track-play") sitting.tracks += 1;
    if (kind !== "mood-rating") continue;
    const mood: Mood = [body.valence as number, body.arousal as number];
    if (body.phase === "before") sitting.before = mood;
    if (body.phase === "after") sitting.after = mood;
  }
  return [...found.values()].sort((one, other) => one.startedAt - other.startedAt);
}

const LATEST = 5;

/** How long so many tracks last, in minutes, where they are as long as tracks here usually are; null where no
 * length is known. */
export function usualMinutes(count: number, tracks: Pick<Track, "duration">[]): number | null {
  const lengths = tracks.flatMap(({ duration }) => duration ?? []);
  if (lengths.length === 0) return null;
  return Math.max(1, Math.round((count * median(lengths)) / 60));
}

/** How the patient usually feels before a session: the median of the latest ratings; the middle of both
 * scales where there is none. */
export function usualMood(past: Past[]): Mood {
  const before = past
    .filter(({ kind, body }) => kind === "mood-rating" && body.phase === "before")
    .slice(-LATEST);
  if (before.length === 0) return [0, 0];
  const usual = (name: string) => median(before.map(({ body }) => body[name] as number));
  return [usual("valence"), usual("arousal")];
}

function median(values: number[]): number {
  const inOrder = values.toSorted((a, b) => a - b);
  const middle = inOrder.length / 2;
  return (inOrder[Math.ceil(middle) - 1] + inOrder[Math.floor(middle)]) / 2;
}
