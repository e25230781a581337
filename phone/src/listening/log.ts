/** What the server is told of a list that was made: a playlist-log (docs/sync.md) but for its id. */

import type { Mood } from "../model/package.ts";
import type { Session } from "./session.ts";

export interface PlaylistLog {
  session: string;
  model_version: number;
  package_sha256: string;
  seed: number;
  mood_valence: number;
  mood_arousal: number;
  target_valence: number;
  target_arousal: number;
  chosen_first: boolean;
  made_at: string;
  entries: {
    position: number;
    track: string;
    waypoint: Mood;
    predicted: Mood;
    deviation: Mood;
    log_probability: number;
  }[];
}

/** Which session, by which record (its version, and the SHA-256 of its message in hexadecimal), and
 * when, in milliseconds since 1970. */
export interface Made {
  session: string;
  version: number;
  sha256: string;
  at: number;
}

/** The newest list of a session, which has at least one track. Where the patient chose the first track
 * (`beginWith`), `chosen_first` says so, and its probability is the one that the draw would have given it. */
export function logOf({ request, choices, tracks }: Session, made: Made): PlaylistLog {
  return {
    session: made.session,
    model_version: made.version,
    package_sha256: made.sha256,
    seed: request.seed,
    mood_valence: request.mood[0],
    mood_arousal: request.mood[1],
    target_valence: request.target[0],
    target_arousal: request.target[1],
    chosen_first: request.first !== undefined,
    made_at: new Date(made.at).toISOString(),
    entries: choices.map(({ row, waypoint, predicted, deviation, logProbability }, position) => ({
      position,
      track: tracks[row],
      waypoint,
      predicted,
      deviation,
      log_probability: logProbability,
    })),
  };
}
