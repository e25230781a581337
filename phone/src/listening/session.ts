/**
 * A session's playlist: made when it opens, and its rest made anew when a track is skipped or disliked
 * or the mood is rated again. What went before is never changed: every function gives a new session.
 *
 * The rest is always a shorter path from the mood as it is now, by the plan's own curve, to the same
 * target. That mood is the one rated last, or after tracks that were heard out since, the one that the
 * model expected of them. Tracks that were begun are not offered again. The graph takes the first
 * track of a rest as the first of all, so the jump to it from the track before is not weighed.
 */

import { described } from "../model/bundle.ts";
import type { Candidates, Choice, Mood, Package, Request } from "../model/package.ts";
import { type Catalogue, valuesOf } from "./catalogue.ts";
import { allowedTracks, type Prescription } from "./exclusions.ts";
import { equivalentFirsts } from "./firsts.ts";
import { familiarityOf, type History, recencyOf } from "./history.ts";
import type { Plan } from "./plan.ts";
import { requestOf, targetOf } from "./request.ts";

/** What a session asks of the model. */
export type Planner = Pick<Package, "bundle" | "playlist">;

/** What a session is opened with. `at`: now, in milliseconds since 1970. */
export interface Opening {
  prescription: Prescription;
  catalogue: Catalogue;
  history: History;
  mood: Mood;
  seed: number;
  at: number;
  /** The plan's own if left out. */
  target?: Mood;
  /** Ids of the tracks whose audio is on the phone, where only those will do. */
  atHand?: ReadonlySet<string>;
}

/** A track that was begun. `after`: what the mood is taken to be after it, rated or expected. */
export interface Begun {
  choice: Choice;
  after: Mood;
  state: "playing" | "finished" | "skipped";
}

export interface Session {
  plan: Plan;
  /** Ids of the candidates, row by row. */
  tracks: string[];
  /** As they were when the session opened. */
  candidates: Candidates;
  /** As it is now: rated, or expected. */
  mood: Mood;
  /** What the newest list was made for, and the list: what the log of a playlist says. */
  request: Request;
  choices: Choice[];
  /** How many of `choices` were begun. */
  next: number;
  /** Of all lists. */
  begun: Begun[];
  /** Rows that the session may begin with, the one that the list has first; none once it began. */
  firsts: number[];
}

/** `other-schema`: the model reads other features than the catalogue has. `no-tracks`: the catalogue
 * is empty. `excluded`: the plan allows none. `not-at-hand`: it allows some, but none is on the phone. */
export type Reason = "other-schema" | "no-tracks" | "excluded" | "not-at-hand";

export class NothingToPlay extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(`Nothing to play: ${reason}.`);
    this.reason = reason;
  }
}

/** A session with its first list; nothing plays yet. Throws NothingToPlay. */
export async function openSession(model: Planner, opening: Opening): Promise<Session> {
  const { plan } = opening.prescription;
  const { tracks } = opening.catalogue;
  const candidates = candidatesOf(model, opening);
  const target = opening.target ?? targetOf(plan);
  const request = requestOf(plan, opening.mood, opening.seed, { target });
  const playlist = await model.playlist(candidates, request);
  return {
    plan,
    tracks: tracks.map(({ id }) => id),
    candidates,
    mood: opening.mood,
    request,
    choices: playlist.choices,
    next: 0,
    begun: [],
    firsts: equivalentFirsts(playlist, request, temperatureOf(model)),
  };
}

/** The session with another of its `firsts` in front, and what goes well after it. Throws RangeError
 * for any other row. */
export async function beginWith(model: Planner, session: Session, row: number): Promise<Session> {
  if (!session.firsts.includes(row)) throw new RangeError(`Row ${row} is none of the first ones.`);
  const request = { ...session.request, first: row };
  const { choices } = await model.playlist(session.candidates, request);
  return { ...session, request, choices };
}

/** The next track plays now. Throws RangeError where there is none, or one plays still. */
export function begin(session: Session): Session {
  const choice = session.choices[session.next];
  if (choice === undefined || playing(session)) throw new RangeError("No track can begin now.");
  const begun: Begun[] = [...session.begun, { choice, after: choice.predicted, state: "playing" }];
  return { ...session, begun, next: session.next + 1, firsts: [] };
}

/** The track that plays was heard out. */
export function finish(session: Session): Session {
  const heard = playing(session);
  if (heard === undefined) return session;
  return { ...ended(session, "finished"), mood: heard.after };
}

/** The track that plays was broken off, disliked perhaps; another takes its place. */
export function skip(model: Planner, session: Session, seed: number): Promise<Session> {
  return planAnew(model, brokenOff(session), seed);
}

/** The track that plays was broken off, and the list goes on. */
export function brokenOff(session: Session): Session {
  return ended(session, "skipped");
}

/** What comes after the track that plays, if one does, made anew: from a mood that was rated just now,
 * or with what the model has learned since. */
export async function planAnew(
  model: Planner,
  session: Session,
  seed: number,
  rated?: Mood,
): Promise<Session> {
  const now = rated === undefined ? session : withMood(session, rated);
  const rest = { ...now, next: 0, firsts: [] };
  const length = now.plan.track_count - now.begun.filter(isHeard).length;
  if (length <= 0) return { ...rest, choices: [] };
  const allowed = [...now.candidates.allowed];
  for (const { choice } of now.begun) allowed[choice.row] = false;
  const from = playing(now)?.after ?? now.mood;
  const { target } = now.request;
  const request = requestOf(now.plan, from, seed, { length, target });
  const { choices } = await model.playlist({ ...now.candidates, allowed }, request);
  return { ...rest, request, choices };
}

/** The track that plays now, if any. */
export function playing({ begun }: Session): Begun | undefined {
  return begun.find(({ state }) => state === "playing");
}

/** A mood that is rated while a track plays counts more than what was expected after it. */
function withMood(session: Session, mood: Mood): Session {
  const begun = session.begun.map((one) =>
    one.state === "playing" ? { ...one, after: mood } : one,
  );
  return { ...session, mood, begun };
}

function isHeard({ state }: Begun): boolean {
  return state !== "skipped";
}

function ended(session: Session, state: "finished" | "skipped"): Session {
  const begun = session.begun.map((one) => (one.state === "playing" ? { ...one, state } : one));
  return { ...session, begun };
}

/** Throws NothingToPlay. */
function candidatesOf(model: Planner, opening: Opening): Candidates {
  const { catalogue, prescription, history, at } = opening;
  const columns = catalogue.schema.columns.map(({ name }) => name);
  const reads = model.bundle.manifest.schema.columns;
  if (columns.join() !== reads.join()) throw new NothingToPlay("other-schema");
  if (catalogue.tracks.length === 0) throw new NothingToPlay("no-tracks");
  const allowed = allowedTracks(catalogue, prescription, opening.atHand);
  if (!allowed.includes(true)) {
    const isAny = allowedTracks(catalogue, prescription).includes(true);
    throw new NothingToPlay(isAny ? "not-at-hand" : "excluded");
  }
  const ids = catalogue.tracks.map(({ id }) => id);
  const keys = catalogue.tracks.map(({ key }) => key);
  return {
    features: described(model.bundle, valuesOf(catalogue.tracks), keys),
    allowed,
    recency: recencyOf(history, ids, at),
    familiarity: familiarityOf(history, ids),
  };
}

function temperatureOf({ bundle }: Planner): number {
  const { weights } = bundle.manifest.playlist;
  return weights.find(({ name }) => name === "temperature")?.value ?? 0;
}
