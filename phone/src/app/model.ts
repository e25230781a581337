/** The patient's model as the screens see it, and what a session takes of it. */

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Track } from "../listening/catalogue.ts";
import type { Learned } from "../listening/learned.ts";
import type { Assignment } from "../listening/plan.ts";
import { beginWith, openSession, planAnew, type Session, skip } from "../listening/session.ts";
import { planBy } from "../listening/trial.ts";
import type { Mood } from "../model/package.ts";
import { startModel } from "../model/thread.ts";
import { answersOf } from "../readying/answers.ts";
import { serversNow } from "../readying/clock.ts";
import { type InUse, type ModelBasis, type PatientModel, patientModel } from "../readying/model.ts";
import { openingOf, toChooseFrom, warm } from "../readying/session.ts";
import { ownPlanning, ownSession } from "../sessions/choosing.ts";
import type { Planning } from "../sessions/conducting.ts";
import type { Reason } from "../signing/verify.ts";
import type { App } from "./app.ts";

/** `looking`: as long as it is not known yet. */
export type ModelState =
  | { state: "looking" | "none" }
  | { state: "refused"; reason: Reason }
  | { state: "ready"; version: number };

/** What one session goes by: a model, also when a newer one comes meanwhile, or the patient's own choice. */
export interface Taken {
  /** Null: the patient's own choice. */
  record: { version: number; sha256: string } | null;
  /** A session with its first list, by the plan or by what was assigned instead. Throws NothingToPlay. */
  open(mood: Mood, seed: number, assignment: Assignment | null): Promise<Session>;
  planning: Planning;
  giveBack(): Promise<void>;
}

/** There is none, or its time is over. */
export class NoModel extends Error {}

export interface ModelForScreens {
  state: ReadonlySignal<ModelState>;
  /** What its answers rest on; null where there is no model. */
  basis: ReadonlySignal<ModelBasis | null>;
  /** As the phone keeps itself ready (readying/). */
  own: PatientModel;
  /** Look at it anew: after it was renewed, and when a page opens. */
  look(): Promise<void>;
  /** `session`: its id. Throws NoModel where there is none that may be used. */
  take(session: string): Promise<Taken>;
  /** For a session of these tracks, in this order, with no model. */
  choose(session: string, tracks: string[]): Taken;
  /** What there is to choose from, the best first. */
  toChooseFrom(): Promise<Track[]>;
  /** Something was rated, in a session or in none. */
  rated(session: string | null): Promise<void>;
  learned(mood: Mood): Promise<Learned[]>;
}

export function modelOf(app: App): ModelForScreens {
  const { database, around } = app;
  const { thread } = startModel();
  const own = patientModel(database, thread, () => serversNow(database, around));
  const state = signal<ModelState>({ state: "looking" });
  const basis = signal<ModelBasis | null>(null);
  const patient = () => app.kept.value.device?.patientId ?? "";

  async function look(): Promise<void> {
    const standing = await own.standing();
    const ready = standing.state === "ready";
    state.value = ready ? { state: "ready", version: standing.inUse.version } : standing;
    basis.value = await own.basis();
    if (ready) await warm(database, patient(), app.now());
  }

  function taken(inUse: InUse, session: string): Taken {
    const { model, version, sha256 } = inUse;
    return {
      record: { version, sha256 },
      async open(mood, seed, assignment) {
        const opening = await openingOf(database, patient(), { mood, at: app.now(), seed });
        if (opening === null) throw new Error("There is no plan.");
        const { prescription } = opening;
        const plan = planBy(prescription.plan, assignment);
        return openSession(model, { ...opening, prescription: { ...prescription, plan } });
      },
      planning: {
        beginWith: (before, row) => beginWith(model, before, row),
        skip: (before, seed) => skip(model, before, seed),
        planAnew: (before, seed, rated) => planAnew(model, before, seed, rated),
        learn: () => own.rated(session),
      },
      giveBack: () => own.giveBack(inUse),
    };
  }

  return {
    state,
    basis,
    own,
    look,
    async take(session) {
      const standing = await own.take();
      if (standing.state !== "ready") throw new NoModel(standing.state);
      return taken(standing.inUse, session);
    },
    choose: (session, tracks) => ({
      record: null,
      async open(mood) {
        const { plan } = app.kept.value;
        if (plan === undefined) throw new Error("There is no plan.");
        return ownSession(plan, mood, tracks);
      },
      planning: ownPlanning(() => own.rated(session)),
      giveBack: async () => {},
    }),
    toChooseFrom: () => toChooseFrom(database, patient(), app.now()),
    async rated(session) {
      await own.rated(session);
      basis.value = await own.basis();
    },
    async learned(mood) {
      const standing = await own.standing();
      const { catalogue } = await answersOf(database);
      if (standing.state !== "ready" || catalogue === null) return [];
      return standing.inUse.model.learned(catalogue, mood);
    },
  };
}
