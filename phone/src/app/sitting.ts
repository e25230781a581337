/**
 * The session in progress, from the tap that begins it to the last question after it: joins the model, the
 * player and the reports. What is shown of it is a stage.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { newSeed } from "../listening/request.ts";
import { NothingToPlay, type Reason } from "../listening/session.ts";
import type { Mood } from "../model/package.ts";
import type { End } from "../playing/types.ts";
import { assignmentFor } from "../sessions/assigning.ts";
import { type Conductor, conduct, type Heard } from "../sessions/conducting.ts";
import { usualMood } from "../sessions/looking.ts";
import {
  moodNotSaid,
  moodRated,
  type Phase,
  type Started,
  type StopReason,
  sessionBegun,
  sessionEnded,
  trackRated,
} from "../sessions/reports.ts";
import type { SittingRow } from "../store/schema.ts";
import type { Report } from "../sync/outbox.ts";
import type { App } from "./app.ts";
import { deskOf, type Music, musicOf, noteSitting } from "./music.ts";

/** What is asked after the music. */
export interface Afterwards {
  started: Started;
  heard: Heard[];
  before: Mood | null;
  after: Mood | null;
}

/** Both 1..5; familiarity is null where nothing was said. */
export interface TrackRating {
  track: string;
  liking: number;
  familiarity: number | null;
}

/** What is heard now. */
export interface NowPlaying extends Music {
  conductor: Conductor;
  before: Mood | null;
  /** Rows that the session might as well have begun with. */
  firsts: number[];
  isLive: boolean;
  /** Chosen by the model, and not by the patient. */
  byModel: boolean;
}

export type Stage =
  | { is: "none" }
  | { is: "elsewhere" }
  | { is: "making" }
  | { is: "nothing"; reason: Reason }
  | { is: "listening"; playing: NowPlaying }
  | { is: "stopped"; after: Afterwards }
  | { is: "mood-after"; after: Afterwards; wasBroken?: boolean }
  | { is: "measures" | "tracks" | "done"; after: Afterwards };

export interface Sittings {
  stage: ReadonlySignal<Stage>;
  /** In the tap itself: a browser lets sound begin only there. `mood`: null where it was not said. `own`:
   * ids of tracks that the patient chose; left out where the model chooses. */
  begin(mood: Mood | null, isLive: boolean, own?: string[]): Promise<void>;
  /** Fades out; then the patient may say why. */
  stop(): Promise<void>;
  sayWhy(reason: StopReason | null): Promise<void>;
  rateAfter(mood: Mood | null): Promise<void>;
  measuresDone(): void;
  /** Those that the patient rated, all at once: until then they may think better of it. */
  rateTracks(ratings: TrackRating[]): Promise<void>;
  leave(): void;
  /** A session whose page was lost is ended, and its questions are asked. */
  takeUp(): Promise<void>;
}

/** Held by the tab in which a session is on: no other ends it, or begins one beside it. A tab that is lost
 * holds it no more. */
const LOCK = "attune-session";

export function sittingsOf(app: App): Sittings {
  const stage = signal<Stage>({ is: "none" });
  let giveBack = async () => {}; // the model
  let release = () => {}; // the lock

  /** Whether no other tab has the lock; this one has it then. */
  function hold(): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const held = new Promise<void>((over) => {
        release = over;
      });
      const work = () => {
        resolve(true);
        return held;
      };
      app.around.alone(LOCK, work).then(() => resolve(false), reject);
    });
  }

  async function begin(
    mood: Mood | null,
    isLive: boolean,
    own: string[] | null = null,
  ): Promise<void> {
    const { plan, device, standing } = app.kept.value;
    if (plan === undefined || stage.value.is !== "none") return;
    stage.value = { is: "making" };
    const music = musicOf(app, plan, ended);
    music.player.begin(); // before anything is awaited
    let started: Started = { id: crypto.randomUUID(), plan: plan.id, startedAt: app.now() };
    if (!(await hold())) {
      await music.player.stop();
      stage.value = { is: "elsewhere" };
      return;
    }
    let told: Promise<unknown> = Promise.resolve();
    try {
      await endLost();
      // A mood before and the model's own choice are what a comparison needs; without them none is used up.
      const isCompared = mood !== null && own === null && standing.get("experiments") === true;
      const assignment = isCompared
        ? await assignmentFor(app.database, device?.patientId ?? "", plan)
        : null;
      if (assignment !== null) started = { ...started, assignment: assignment.id };
      const telling = tellBeginning(started, mood, isLive); // while the model works
      told = Promise.allSettled([telling]);
      const taken = await (own === null
        ? app.model.take(started.id)
        : app.model.choose(started.id, own));
      giveBack = taken.giveBack;
      const opened = await taken.open(mood ?? usualMood(app.past.value), newSeed(), assignment);
      await telling; // what happened is kept before it is shown, and in order
      const conductor = await conduct(deskOf(app, music.player, taken), started, opened);
      music.follow(conductor);
      const { firsts } = opened;
      const byModel = taken.record !== null;
      const playing = { ...music, conductor, before: mood, firsts, isLive, byModel };
      stage.value = { is: "listening", playing };
    } catch (problem) {
      await music.player.stop();
      await told;
      const isNothing = problem instanceof NothingToPlay;
      stage.value = isNothing ? { is: "nothing", reason: problem.reason } : { is: "none" };
      await end(started, "stopped", "technical"); // on a full disk it throws as well
      if (!isNothing) throw problem;
    }
  }

  /** In live mode nobody was asked for a mood before, so nobody would rather not say it. */
  async function tellBeginning(
    started: Started,
    mood: Mood | null,
    isLive: boolean,
  ): Promise<void> {
    await app.keep(sessionBegun(started));
    await noteSitting(app, { ...started, lastAt: started.startedAt });
    if (isLive && mood === null) return;
    await app.keep(said(started.id, "before", mood, app.now()));
  }

  async function ended(how: End): Promise<void> {
    const now = stage.value;
    if (now.is !== "listening") return;
    const { conductor, before } = now.playing;
    await conductor.settled();
    const after = { started: conductor.started, heard: conductor.heard.value, before, after: null };
    if (how === "stopped") {
      await noteSitting(app, { ...conductor.started, lastAt: app.now() });
      stage.value = { is: "stopped", after };
      return;
    }
    await end(conductor.started, how === "drained" ? "completed" : "stopped", null);
    stage.value = { is: "mood-after", after };
  }

  async function end(
    started: Started,
    ending: "completed" | "stopped",
    reason: StopReason | null,
    at = app.now(),
  ): Promise<void> {
    try {
      await app.keep(sessionEnded(started, at, ending, reason));
      await noteSitting(app, null);
    } finally {
      await giveBack();
      giveBack = async () => {};
      release();
    }
  }

  /** Ends a session whose page was lost, as stopped when it played last; null where none was. */
  async function endLost(): Promise<Started | null> {
    const row = (await app.database.get("state", "sitting")) as SittingRow | undefined;
    if (row === undefined) return null;
    const { lastAt, ...started } = row;
    await app.keep(sessionEnded(started, lastAt, "stopped"));
    await noteSitting(app, null);
    return started;
  }

  function afterwards(): Afterwards {
    const now = stage.value;
    if (!("after" in now)) throw new Error(`Nothing is asked at ${now.is}.`);
    return now.after;
  }

  return {
    stage,
    begin,
    async stop() {
      const now = stage.value;
      if (now.is === "listening") await now.playing.player.stop();
    },
    async sayWhy(reason) {
      const after = afterwards();
      const row = (await app.database.get("state", "sitting")) as SittingRow | undefined;
      await end(after.started, "stopped", reason, row?.lastAt);
      stage.value = { is: "mood-after", after };
    },
    async rateAfter(mood) {
      const after = afterwards();
      await app.keep(said(after.started.id, "after", mood, app.now()));
      await app.model.rated(after.started.id);
      stage.value = { is: "measures", after: { ...after, after: mood } };
    },
    measuresDone() {
      const after = afterwards();
      const isAsked = after.heard.some(({ liking }) => liking === null);
      stage.value = { is: isAsked ? "tracks" : "done", after };
    },
    async rateTracks(ratings) {
      const after = afterwards();
      for (const { track, liking, familiarity } of ratings) {
        await app.keep(trackRated(after.started.id, track, liking, familiarity, app.now()));
      }
      if (ratings.length > 0) await app.model.rated(after.started.id);
      stage.value = { is: "done", after };
    },
    leave() {
      stage.value = { is: "none" };
    },
    async takeUp() {
      if (stage.value.is !== "none" || app.kept.value.device === undefined) return;
      const started = await app.around.alone(LOCK, endLost);
      if (started === null) return;
      const after = { started, heard: [], before: null, after: null };
      stage.value = { is: "mood-after", after, wasBroken: true };
    },
  };
}

function said(session: string, phase: Phase, mood: Mood | null, at: number): Report {
  return mood === null ? moodNotSaid(session, phase, at) : moodRated(session, phase, mood, at);
}
