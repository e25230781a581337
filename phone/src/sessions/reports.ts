/** What is told of a session, as docs/sync.md names it. Times are milliseconds since 1970. */

import { logOf, type Made } from "../listening/log.ts";
import type { Session } from "../listening/session.ts";
import type { Mood } from "../model/package.ts";
import type { Report } from "../sync/outbox.ts";

export type Phase = "before" | "during" | "after";
export type StopReason =
  | "felt-worse"
  | "disliked-music"
  | "interrupted"
  | "tired"
  | "technical"
  | "other";
export type SkipReason =
  | "feeling-unwell"
  | "no-time"
  | "not-in-the-mood"
  | "tired"
  | "technical"
  | "other";
export type PlayEnding = "finished" | "skipped" | "stopped";

export const STOP_REASONS: readonly StopReason[] = [
  "felt-worse",
  "disliked-music",
  "interrupted",
  "tired",
  "technical",
  "other",
];
export const SKIP_REASONS: readonly SkipReason[] = [
  "feeling-unwell",
  "no-time",
  "not-in-the-mood",
  "tired",
  "technical",
  "other",
];

/** A session that was begun; it ends with a second report of the same id. */
export interface Started {
  id: string;
  /** Id of the plan's version. */
  plan: string;
  /** What chance assigned it, where something is compared. */
  assignment?: string;
  startedAt: number;
}

export function sessionBegun(started: Started): Report {
  return { id: started.id, kind: "session", body: { ...beginning(started), ended_at: null } };
}

/** `reason`: null where the patient did not say, and always where the music ended by itself. */
export function sessionEnded(
  started: Started,
  at: number,
  ending: "completed" | "stopped",
  reason: StopReason | null = null,
): Report {
  const ended = { ended_at: time(at), ending, stop_reason: reason };
  return { id: started.id, kind: "session", body: { ...beginning(started), ...ended } };
}

function beginning({ plan, assignment, startedAt }: Started) {
  const followed = assignment === undefined ? {} : { assignment };
  return { plan, ...followed, started_at: time(startedAt) };
}

/** An occasion that was not kept. */
export function notHeld(
  plan: string,
  offeredAt: number,
  at: number,
  outcome: "skipped" | "expired",
  reason: SkipReason | null = null,
): Report {
  const times = { offered_at: time(offeredAt), decided_at: time(at) };
  const body = { plan, outcome, skip_reason: reason, ...times };
  return { id: crypto.randomUUID(), kind: "session-not-held", body };
}

export function moodRated(session: string | null, phase: Phase, mood: Mood, at: number): Report {
  const [valence, arousal] = mood;
  const body = { phase, valence, arousal, rated_at: time(at) };
  return { id: crypto.randomUUID(), kind: "mood-rating", session, body };
}

/** The patient would rather not say how they feel. */
export function moodNotSaid(session: string, phase: Phase, at: number): Report {
  const body = { phase, skipped_at: time(at) };
  return { id: crypto.randomUUID(), kind: "mood-skip", session, body };
}

/** `liking` and `familiarity`: 1..5; familiarity is null where it was not asked. */
export function trackRated(
  session: string | null,
  track: string,
  liking: number,
  familiarity: number | null,
  at: number,
): Report {
  const body = { track, liking, familiarity, rated_at: time(at) };
  return { id: crypto.randomUUID(), kind: "track-rating", session, body };
}

/** One track as it was heard. `position`: among all of the session, counted from 0. */
export interface Play {
  track: string;
  position: number;
  startedAt: number;
  /** Without pauses. */
  secondsHeard: number;
  ending: PlayEnding;
}

export function trackPlayed(session: string, play: Play): Report {
  const { track, position, startedAt, secondsHeard, ending } = play;
  const body = {
    track,
    position,
    started_at: time(startedAt),
    seconds_heard: Math.round(secondsHeard * 10) / 10,
    ending,
  };
  return { id: crypto.randomUUID(), kind: "track-play", session, body };
}

export function playlistMade(session: Session, made: Made): Report {
  const { session: id, ...body } = logOf(session, made);
  return { id: crypto.randomUUID(), kind: "playlist-log", session: id, body };
}

/** What became of a questionnaire. */
export interface Answered {
  measure: string;
  version: number;
  language: string;
  state: "answered" | "skipped" | "expired";
  /** By item; null unless answered. */
  answers: Record<string, number> | null;
}

export function measureAnswered(session: string | null, answered: Answered, at: number): Report {
  const body = { ...answered, answered_at: time(at) };
  return { id: crypto.randomUUID(), kind: "measure-response", session, body };
}

function time(at: number): string {
  return new Date(at).toISOString();
}
