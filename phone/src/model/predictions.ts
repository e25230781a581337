/**
 * What a model expects of single tracks, read from the scores that the playlist graph gives. The
 * graph has no output for it, but the score of a track as the first one is, with no other weights,
 * −|mood after it − waypoint| + weight · liking, and a curve of zeros makes the target the waypoint.
 */

import type { Mood } from "./package.ts";

/** Of N tracks: liking, and valence and arousal after each, all −1..1. */
export interface Predictions {
  liking: Float32Array;
  valence: Float32Array;
  arousal: Float32Array;
}

/** The scores [N] for a target and a weight of the liking, all other weights being 0. */
export type Ask = (target: Mood, liking: number) => Promise<Float32Array>;

/** Five questions, one after the other: four distances fix a place in the plane. */
export async function predictionsBy(ask: Ask): Promise<Predictions> {
  const right = await ask([1, 0], 0);
  const left = await ask([-1, 0], 0);
  const up = await ask([0, 1], 0);
  const down = await ask([0, -1], 0);
  const liked = await ask([1, 0], 1);
  return {
    liking: liked.map((score, track) => score - right[track]),
    valence: along(left, right),
    arousal: along(down, up),
  };
}

/** Where points [N] lie on an axis, from their distances to −1 and to 1 on it: the squares of the two
 * differ by four times the coordinate. */
function along(toLow: Float32Array, toHigh: Float32Array): Float32Array {
  return toLow.map((low, track) => (low * low - toHigh[track] * toHigh[track]) / 4);
}
