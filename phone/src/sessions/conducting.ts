/**
 * A session while its music plays: tells the player what comes next, makes the rest anew when the patient
 * says something, and keeps every report as it happens, so that nothing is lost with the page.
 *
 * What is said one after the other is done one after the other. Nothing here draws or sounds.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { type Begun, begin, brokenOff, finish, type Session } from "../listening/session.ts";
import type { Choice, Mood } from "../model/package.ts";
import type { Report } from "../sync/outbox.ts";
import {
  moodRated,
  type PlayEnding,
  playlistMade,
  type Started,
  trackPlayed,
  trackRated,
} from "./reports.ts";

/** What the model is asked while a session goes on (listening/session.ts, through its thread). */
export interface Planning {
  beginWith(session: Session, row: number): Promise<Session>;
  skip(session: Session, seed: number): Promise<Session>;
  planAnew(session: Session, seed: number, rated?: Mood): Promise<Session>;
  /** Takes in what was rated until now. */
  learn(): Promise<void>;
}

export interface Desk {
  planning: Planning;
  keep(report: Report): Promise<void>;
  /** The player is to ask again what comes next. */
  nextChanged(): void;
  newSeed(): number;
  /** ms since 1970. */
  now(): number;
  /** By which record the lists are made; null where none is, and then no list is told. */
  record: { version: number; sha256: string } | null;
}

/** A track that was begun, for the patient to rate. */
export interface Heard {
  track: string;
  choice: Choice;
  position: number;
  liking: number | null;
}

export interface Conductor {
  session: ReadonlySignal<Session>;
  heard: ReadonlySignal<Heard[]>;
  started: Started;
  /** What the player plays next; null where the list is done. */
  next(): string | null;

  /** The player tells: a track sounds now. */
  began(track: string): Promise<void>;
  /** The player tells: it sounds no more. */
  ended(track: string, ending: PlayEnding, secondsHeard: number): Promise<void>;

  /** Another of the first tracks; then the player goes on to it. */
  beginWith(row: number): Promise<void>;
  /** The track that plays is not wanted; then the player goes on to the next. */
  skip(): Promise<void>;
  like(track: string, liking: number): Promise<void>;
  rate(mood: Mood): Promise<void>;
  /** A mood on the way to another: the rest is made anew, and nothing is kept of it. */
  lean(mood: Mood): Promise<void>;
  /** All that was told and said until now is done. */
  settled(): Promise<void>;
}

/** `opened`: with its first list, whose log is not kept yet. */
export async function conduct(desk: Desk, started: Started, opened: Session): Promise<Conductor> {
  const session = signal(opened);
  const heard = signal<Heard[]>([]);
  const beganAt = new Map<number, number>(); // by position
  const inTurn = turns();

  async function changeRest(to: Session): Promise<void> {
    session.value = to;
    desk.nextChanged();
    if (to.choices.length === 0 || desk.record === null) return;
    await desk.keep(playlistMade(to, { session: started.id, ...desk.record, at: desk.now() }));
  }

  const { planning } = desk;
  await changeRest(opened);
  return {
    session,
    heard,
    started,
    next() {
      const { choices, next, tracks } = session.value;
      const choice = choices[next];
      return choice === undefined ? null : tracks[choice.row];
    },
    began: (track) =>
      inTurn(async () => {
        session.value = begin(finish(session.value)); // two sound at once while one fades into the next
        const position = heard.value.length;
        const choice = session.value.choices[session.value.next - 1];
        beganAt.set(position, desk.now());
        heard.value = [...heard.value, { track, choice, position, liking: null }];
      }),
    ended: (track, ending, secondsHeard) =>
      inTurn(async () => {
        const play = heard.value.findLast((one) => one.track === track);
        if (play === undefined) {
          session.value = passedOver(session.value, track);
          return;
        }
        const { position } = play;
        const startedAt = beganAt.get(position) ?? desk.now();
        const isLast = position === heard.value.length - 1;
        if (isLast && ending === "finished") session.value = finish(session.value);
        if (isLast && ending === "skipped") {
          session.value = brokenOff(session.value);
        }
        await desk.keep(
          trackPlayed(started.id, { track, position, startedAt, secondsHeard, ending }),
        );
      }),
    beginWith: (row) =>
      inTurn(async () => {
        const chosen = await planning.beginWith(opened, row);
        await changeRest({ ...chosen, begun: brokenOff(session.value).begun });
      }),
    skip: () => inTurn(async () => changeRest(await planning.skip(session.value, desk.newSeed()))),
    like: (track, liking) =>
      inTurn(async () => {
        heard.value = heard.value.map((one) => (one.track === track ? { ...one, liking } : one));
        await desk.keep(trackRated(started.id, track, liking, null, desk.now()));
        await planning.learn();
        await changeRest(await planning.planAnew(session.value, desk.newSeed()));
      }),
    rate: (mood) =>
      inTurn(async () => {
        await desk.keep(moodRated(started.id, "during", mood, desk.now()));
        await planning.learn();
        await changeRest(await planning.planAnew(session.value, desk.newSeed(), mood));
      }),
    lean: (mood) =>
      inTurn(async () => {
        session.value = await planning.planAnew(session.value, desk.newSeed(), mood);
        desk.nextChanged();
      }),
    settled: () => inTurn(async () => {}),
  };
}

/** Does one thing after the other; one that fails does not stand in the way of the next. */
function turns(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** A track that never sounded, for its file is broken: it is not offered again, and was not heard. */
function passedOver(session: Session, track: string): Session {
  const choice = session.choices[session.next];
  if (choice === undefined || session.tracks[choice.row] !== track) return session;
  const gone: Begun = { choice, after: session.mood, state: "skipped" };
  const begun = [...session.begun, gone];
  return { ...session, begun, next: session.next + 1, firsts: [] };
}
