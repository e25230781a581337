/** What the phone remembers of the patient's listening, as a playlist needs it: how lately and how
 * well each track is known. The same as exports/listening.py. Times are milliseconds since 1970. */

const DAY = 86_400_000;
const RECENT_DAYS = 3; // after which a track counts as heard 1/e as recently

/** How recently a track was heard, 1 (just now) to 0 (never: infinite days). */
function recency(daysSince: number): number {
  return Math.exp(-daysSince / RECENT_DAYS);
}

/** Of all sessions so far; ids of tracks. */
export interface History {
  playlists: { tracks: string[]; madeAt: number }[];
  /** `familiarity` 1..5 as rated, null where it was not asked. */
  ratings: { track: string; familiarity: number | null; ratedAt: number }[];
}

/** How recently each track was last put in a playlist or rated, 1 (just now) to 0 (never). */
export function recencyOf(history: History, tracks: string[], at: number): Float32Array {
  const heard = new Map<string, number>();
  const note = (track: string, when: number) =>
    heard.set(track, Math.max(when, heard.get(track) ?? when));
  for (const playlist of history.playlists) {
    for (const track of playlist.tracks) note(track, playlist.madeAt);
  }
  for (const { track, ratedAt } of history.ratings) note(track, ratedAt);
  return Float32Array.from(tracks, (track) => {
    const last = heard.get(track);
    return recency(last === undefined ? Number.POSITIVE_INFINITY : Math.max(at - last, 0) / DAY);
  });
}

/** How well the patient knows each track, 0..1, as last rated; 0 where never asked. */
export function familiarityOf(history: History, tracks: string[]): Float32Array {
  const known = new Map<string, number>();
  for (const rating of history.ratings.toSorted((a, b) => a.ratedAt - b.ratedAt)) {
    if (rating.familiarity !== null) known.set(rating.track, (rating.familiarity - 1) / 4);
  }
  return Float32Array.from(tracks, (track) => known.get(track) ?? 0);
}
