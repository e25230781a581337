/**
 * Which tracks may be played. As on the server (therapy/plans/exclusions.py) what is excluded is
 * masked, never weighed, and what is not known counts against a track.
 *
 * The server says which tracks of the catalogue a plan excludes, and it alone knows what speaks
 * against some: their lyrics, that they are explicit, a patient's triggers. But a catalogue may have
 * been fetched after the plan. So the phone asks for the catalogue first and for the plan after it,
 * remembers which tracks the plan was answered for, and allows no other; and what it can see for
 * itself (tracks named, tags, ranges) it checks on the catalogue that it has.
 */

import { type Catalogue, columnOf } from "./catalogue.ts";
import { hasOneOf } from "./folding.ts";
import type { Plan } from "./plan.ts";

/** A plan, and the ids of the tracks that were in the phone's catalogue when the server last
 * answered for it (200, or 304: nothing has changed). */
export interface Prescription {
  plan: Plan;
  judged: ReadonlySet<string>;
}

// Of each range the names that a schema may have for it; the first that it has counts.
const TEMPO = ["tempo"];
const LOUDNESS = ["integrated_loudness", "loudness"];
const BRIGHTNESS = ["spectral_centroid_mean", "brightness"];

/** For each track of the catalogue whether it may be played. `atHand`: ids of the tracks whose audio
 * is on the phone, where only those will do. */
export function allowedTracks(
  catalogue: Catalogue,
  { plan, judged }: Prescription,
  atHand?: ReadonlySet<string>,
): boolean[] {
  const excluded = new Set([...plan.excluded_track_ids, ...plan.never_tracks]);
  const areWanted = isWanted(plan);
  const ranges = [
    within(catalogue, TEMPO, plan.tempo_min, plan.tempo_max),
    within(catalogue, LOUDNESS, plan.loudness_min, plan.loudness_max),
    within(catalogue, BRIGHTNESS, plan.brightness_min, plan.brightness_max),
  ];
  return catalogue.tracks.map(
    (track, row) =>
      judged.has(track.id) &&
      !excluded.has(track.id) &&
      ranges.every((inside) => inside(row)) &&
      areWanted(track.tags) &&
      (atHand?.has(track.id) ?? true),
  );
}

function isWanted(plan: Plan): (tags: string[]) => boolean {
  const isExcluded = hasOneOf(plan.excluded_tags);
  const isNamed = plan.only_tags.length === 0 ? () => true : hasOneOf(plan.only_tags);
  return (tags) => isNamed(tags) && !isExcluded(tags);
}

/** Whether a row lies in low..high. Both are compared as the 32-bit floats that models read, as the
 * server does. */
function within(
  catalogue: Catalogue,
  names: string[],
  low: number | null,
  high: number | null,
): (row: number) => boolean {
  if (low === null && high === null) return () => true;
  const values = names.map((name) => columnOf(catalogue, name)).find((found) => found !== null);
  if (values === undefined) return () => false;
  return (row) =>
    (low === null || values[row] >= Math.fround(low)) &&
    (high === null || values[row] <= Math.fround(high));
}
