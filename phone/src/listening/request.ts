/** What the playlist graph is asked for, from a plan and the mood of the moment. The shapes of paths
 * are those of therapy/plans/path.py, and docs/playlists.md draws them. */

import type { Mood, Request } from "../model/package.ts";
import type { Curve, Plan } from "./plan.ts";

const RETURN = 0.2; // of the way back to the mood, for the last track of `u`
const HELD = 2; // tracks at the target that end a plateau

/** A playlist of `length` tracks from the mood to the target, the plan's own unless told. */
export function requestOf(
  plan: Plan,
  mood: Mood,
  seed: number,
  { length = plan.track_count, target = targetOf(plan) } = {},
): Request {
  return {
    mood,
    target,
    curve: curveOf(plan, length),
    guards: {
      hold_radius: plan.hold_radius,
      largest_step: plan.largest_step,
      lowest_valence: plan.lowest_valence,
    },
    seed,
  };
}

export function targetOf(plan: Plan): Mood {
  return [plan.target_valence, plan.target_arousal];
}

/** A seed 0..2⁵³−1 by chance. */
export function newSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 2 ** 32 + low;
}

/** The weights [length] of a path's waypoints: 1 is the mood, 0 the target. The server's own, where
 * they are for as many tracks. */
function curveOf(plan: Plan, length: number): number[] {
  if (length === plan.curve_weights.length) return plan.curve_weights;
  if (length === 1) return [0]; // there is no way to go
  // A server that is newer than this app may know curves that this does not.
  const share = SHARES[plan.curve] ?? SHARES.linear;
  return Array.from({ length }, (_, step) => plan.start_factor * (1 - share(step, length)));
}

/** Each gives the share of the way to the target that is behind the listener at `step` of `k`. */
const SHARES: Record<Curve, (step: number, k: number) => number> = {
  linear: (step, k) => step / (k - 1),
  "ease-out": (step, k) => 1 - (1 - step / (k - 1)) ** 2,
  plateau: (step, k) => Math.min(1, step / Math.max(k - HELD, 1)),
  u: (step, k) =>
    step === k - 1 && k > 2 ? 1 - RETURN : Math.min(1, step / Math.max(Math.floor((k - 1) / 2), 1)),
  direct: () => 1,
};
