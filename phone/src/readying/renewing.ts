/**
 * Makes the phone ready for weeks without a network: has everything that a session needs here, one step after
 * the other. Each step stands for itself: where one fails, what was there stays, and the others go on.
 */

import { me } from "../api/calls.ts";
import type { Api } from "../api/client.ts";
import { standingHere } from "../consent/deciding.ts";
import { reportRefusal } from "../model/refusing.ts";
import { renewKeys, renewModel, trustListed } from "../model/renewing.ts";
import { refresh } from "../store/answers.ts";
import { keptDevice, trustedKeys } from "../store/device.ts";
import { keptModel } from "../store/model.ts";
import { holdReserve, isFull } from "../store/room.ts";
import type { AnswerName, Database, Device } from "../store/schema.ts";
import { setting } from "../store/settings.ts";
import { lookAtClocks, syncState, toldOfTheEnd } from "../sync/state.ts";
import type { Surroundings } from "../sync/surroundings.ts";
import { answersOf } from "./answers.ts";
import type { Ahead } from "./audio.ts";
import { serversNow } from "./clock.ts";
import { haveMusic, type MusicWanted } from "./music.ts";
import { outcomeOf, type StepOutcome } from "./outcomes.ts";
import { BadAnswer, checkAnswer } from "./shapes.ts";

/** In the order in which they are taken. Until the patient agreed to care no more than the first two. */
export const STEPS = [
  "crisis-contacts",
  "consents",
  "measures",
  "reminders",
  "keys",
  "model",
  "catalogue",
  "plan",
  "reserve",
  "music",
] as const;
export type Step = (typeof STEPS)[number];

export type Ready = Record<Step, StepOutcome>;

/** What the steps need beside the server. */
export interface Wanted {
  /** Left out: no music is fetched. */
  music?: MusicWanted;
  /** Where the phone is, ISO 3166-1 alpha-2, for the crisis line: the server's own choice if left out. */
  country?: string;
}

/** Called with every step that is done, and while music comes. */
export type Progress = (step: Step, came: StepOutcome | Ahead) => void;

/**
 * Take all steps; null where another tab is at it. `api`: with the kept device's token. Call it when the
 * phone was connected, after every handing over that ended `done`, and when the patient asks for it.
 */
export function makeReady(
  database: Database,
  around: Surroundings,
  api: Api,
  progress: Progress,
  wanted: Wanted = {},
): Promise<Ready | null> {
  return around.alone("attune-ready", () => steps(database, around, api, progress, wanted));
}

interface Round {
  database: Database;
  around: Surroundings;
  api: Api;
  device: Device;
  progress: Progress;
  wanted: Wanted;
}

async function steps(
  database: Database,
  around: Surroundings,
  api: Api,
  progress: Progress,
  wanted: Wanted,
): Promise<Ready> {
  const ready = Object.fromEntries(STEPS.map((step) => [step, { outcome: "skipped" }])) as Ready;
  const device = await keptDevice(database);
  if (device === undefined || device.ended) return { ...ready, [STEPS[0]]: { outcome: "ended" } };
  const round = { database, around, api, device, progress, wanted };
  for (const step of STEPS) {
    ready[step] = await outcomeOf(database, around, device, () => WORK[step](round));
    if (step === "consents") ready[step] = await inCare(round, ready[step]);
    progress(step, ready[step]);
    if (["ended", "care-ended"].includes(ready[step].outcome)) break;
    if (step === "consents" && !(await isInCare(round))) break;
  }
  return ready;
}

type Work = (round: Round) => Promise<StepOutcome>;

const WORK: Record<Step, Work> = {
  async consents(round) {
    await hearTheClock(round);
    return answer(round, "consents", { query: await language(round) });
  },
  measures: async (round) => answer(round, "measures", { query: await language(round) }),
  "crisis-contacts": (round) => {
    const { country } = round.wanted;
    return answer(round, "crisis-contacts", country ? { query: `?country=${country}` } : {});
  },
  reminders: (round) => answer(round, "reminders"),
  keys,
  model,
  catalogue: (round) => answer(round, "catalogue"),
  async plan(round) {
    const { catalogue } = await answersOf(round.database);
    // Before the phone has a catalogue there is nothing that the plan could have been judged for.
    return answer(round, "plan", { judged: catalogue?.tracks.map(({ id }) => id) ?? [] });
  },
  async reserve({ database }) {
    return { outcome: (await holdReserve(database)) ? "unchanged" : "full" };
  },
  music,
};

async function answer(
  { database, api }: Round,
  name: AnswerName,
  asking: { query?: string; judged?: string[] } = {},
): Promise<StepOutcome> {
  const check = (body: unknown) => checkAnswer(name, body);
  const isNew = await refresh(database, api, name, { ...asking, check });
  return { outcome: isNew ? "renewed" : "unchanged" };
}

/** So that expiry is judged by the server's clock, and by a phone's that is wrong in no case. */
async function hearTheClock({ database, around, api }: Round): Promise<void> {
  const { at } = await me(api);
  await lookAtClocks(database, around, at);
}

/** What is listed is trusted before there is anything to distrust: just after the pairing. */
async function keys({ database, around, api }: Round): Promise<StepOutcome> {
  const trusted = await trustedKeys(database);
  if (trusted.length === 0 && (await keptModel(database)) === undefined) {
    await readable(() => trustListed(database, api));
    return { outcome: "renewed" };
  }
  const now = await seconds(database, around);
  const kept = await readable(() => renewKeys(database, api, now));
  const isSame = kept.length === trusted.length;
  return { outcome: isSame ? "unchanged" : "renewed" };
}

async function model({ database, around, api, device }: Round): Promise<StepOutcome> {
  const now = await seconds(database, around);
  const renewal = await readable(() => renewModel(database, api, device.patientId, now));
  if (renewal.outcome === "refused") {
    await reportRefusal(database, around, device.patientId, renewal);
    return { outcome: "refused", reason: renewal.reason };
  }
  return { outcome: renewal.outcome };
}

async function music({ database, around, api, device, progress, wanted }: Round) {
  if (wanted.music === undefined) return { outcome: "skipped" } as const;
  const asked = { patient: device.patientId, at: around.clock().wall, ...wanted.music };
  const fetched = await haveMusic(database, api, asked, (ahead) => progress("music", ahead));
  if (fetched === null) return { outcome: "skipped" } as const;
  return { outcome: "music", music: fetched } as const;
}

/** `came`: of the consents. Care is over where the patient took back the consent, here or elsewhere; where
 * the server says that it was given again, it goes on. */
async function inCare(
  { database, around, device }: Round,
  came: StepOutcome,
): Promise<StepOutcome> {
  const standing = await standingHere(database, device.patientId);
  if (standing.get("care") === false) return { outcome: "care-ended" };
  if (!(await syncState(database)).careEnded) return came;
  if (came.outcome !== "renewed" && came.outcome !== "unchanged") return { outcome: "care-ended" };
  await toldOfTheEnd(database, around);
  return came;
}

/** The patient agreed to care: what is about them comes to this phone only then. */
async function isInCare({ database, device }: Round): Promise<boolean> {
  return (await standingHere(database, device.patientId)).get("care") === true;
}

/** Keys and models are checked by what is signed, not by their shape: what cannot even be read is none. */
async function readable<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (problem) {
    const isUnreadable = problem instanceof TypeError || problem instanceof DOMException;
    if (isUnreadable && !isFull(problem)) throw new BadAnswer("It cannot be read.");
    throw problem;
  }
}

async function language({ database }: Round): Promise<string> {
  const chosen = await setting(database, "language");
  return chosen === undefined ? "" : `?language=${encodeURIComponent(chosen)}`;
}

async function seconds(database: Database, around: Surroundings): Promise<number> {
  return Math.floor((await serversNow(database, around)) / 1000);
}
