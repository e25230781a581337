/** A session of tracks that the patient chose by themselves, where there is no model to ask: nothing is
 * expected of any track, and nothing is planned anew. */

import type { Plan } from "../listening/plan.ts";
import { brokenOff, type Session } from "../listening/session.ts";
import type { Mood } from "../model/package.ts";
import type { Planning } from "./conducting.ts";

/** `tracks`: their ids, in the order in which they play. */
export function ownSession(plan: Plan, mood: Mood, tracks: string[]): Session {
  const target: Mood = [plan.target_valence, plan.target_arousal];
  const none = new Float32Array(tracks.length);
  return {
    plan,
    tracks,
    candidates: {
      features: none,
      allowed: tracks.map(() => true),
      recency: none,
      familiarity: none,
    },
    mood,
    request: { mood, target, curve: tracks.map(() => 0), guards: {}, seed: 0 },
    choices: tracks.map((_, row) => ({
      row,
      waypoint: mood,
      predicted: mood,
      deviation: [1, 1],
      logProbability: 0,
      terms: {},
      liking: null,
    })),
    next: 0,
    begun: [],
    firsts: [],
  };
}

/** `learn`: as of a session with a model: what is rated counts in the next one. */
export function ownPlanning(learn: () => Promise<void>): Planning {
  return {
    beginWith: async (session) => session,
    skip: async (session) => brokenOff(session),
    planAnew: async (session) => session,
    learn,
  };
}
