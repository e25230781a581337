/** Which tracks' sound the phone should hold: the most useful ones that fit into the room for it. */

export interface Wanted {
  track: string;
  /** What it takes, in bytes; an estimate where it is not here yet. */
  bytes: number;
}

export interface Held extends Wanted {
  /** In ms since 1970. */
  usedAt: number;
}

const BYTES_A_SECOND = 16_000; // of Ogg Vorbis in medium quality, 128 kbit/s
const USUAL_SECONDS = 240; // of a track whose length nobody knows

/** What a track that was never fetched may take. `seconds`: null where not known. */
export function estimatedBytes(seconds: number | null): number {
  return Math.ceil((seconds ?? USUAL_SECONDS) * BYTES_A_SECOND);
}

/**
 * What to fetch, the most useful first, and what to give up for it, the least useful first. `wanted`: the
 * most useful first; what is not in it is useless, but stays where there is room. `budget`: bytes.
 */
export function toHold(
  wanted: Wanted[],
  held: Held[],
  budget: number,
): { fetch: string[]; evict: string[] } {
  const here = new Map(held.map((one) => [one.track, one]));
  const sizes = wanted.map(({ track, bytes }) => ({
    track,
    bytes: here.get(track)?.bytes ?? bytes,
  }));
  const chosen = new Set<string>();
  let room = budget;
  for (const { track, bytes } of sizes) {
    if (bytes > room) continue; // a shorter one further down may fit
    chosen.add(track);
    room -= bytes;
  }
  return {
    fetch: sizes.filter(({ track }) => chosen.has(track) && !here.has(track)).map(trackOf),
    evict: overflow(wanted, held, chosen, room),
  };
}

/** The held tracks for which there is no room beside the chosen ones, the least useful first. */
function overflow(wanted: Wanted[], held: Held[], chosen: Set<string>, room: number): string[] {
  const usefulness = new Map(wanted.map(({ track }, place) => [track, -place]));
  const others = held.filter(({ track }) => !chosen.has(track));
  others.sort(
    (one, other) =>
      (usefulness.get(one.track) ?? Number.NEGATIVE_INFINITY) -
        (usefulness.get(other.track) ?? Number.NEGATIVE_INFINITY) || one.usedAt - other.usedAt,
  );
  let excess = others.reduce((sum, { bytes }) => sum + bytes, 0) - room;
  const evicted: string[] = [];
  for (const { track, bytes } of others) {
    if (excess <= 0) break;
    evicted.push(track);
    excess -= bytes;
  }
  return evicted;
}

function trackOf({ track }: Wanted): string {
  return track;
}
