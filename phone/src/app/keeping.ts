/**
 * Keeps the phone up to date while the app is open: hands over what happened, then fetches what is new. Looked
 * at when the app opens, is shown again or has a network again, soon after something happened, and as often
 * as the last try says.
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import { whenAskedToSync } from "../offline/background.ts";
import type { Ahead } from "../readying/audio.ts";
import { countryHere } from "../readying/country.ts";
import type { StepOutcome } from "../readying/outcomes.ts";
import { placeOf } from "../readying/place.ts";
import { makeReady, type Ready, type Step } from "../readying/renewing.ts";
import { expiredOccasions, openOccasion } from "../sessions/calendar.ts";
import { notHeld } from "../sessions/reports.ts";
import { endCare } from "../store/device.ts";
import type { OfferedRow } from "../store/schema.ts";
import { changeSyncState, lookAtClocks } from "../sync/state.ts";
import { sync } from "../sync/sync.ts";
import type { App } from "./app.ts";

const SOON = 2_000; // ms after something happened: what comes next goes with it
const NOW_AND_THEN = 15 * 60_000; // ms, while the app is seen
const NEWS = [10_000, 60_000]; // ms after ratings arrived, when a model may have been made of them

export interface Keeping {
  /** Per step of making ready, as far as it is; empty before the first. */
  steps: ReadonlySignal<Partial<Record<Step, StepOutcome>>>;
  /** Of music; null before it is known. */
  ahead: ReadonlySignal<Ahead | null>;
  /** Something is being sent or fetched. */
  isBusy: ReadonlySignal<boolean>;
  start(): void;
  /** Now, and wait for it. */
  look(): Promise<void>;
  /** The same, also in a pause that follows a failure: the patient asked for it. */
  lookByHand(): Promise<void>;
  /** Something is to be handed over: soon. */
  happened(): void;
  /** The patient was shown what is due. */
  offered(): Promise<void>;
  end(): Promise<void>;
}

export function keepingOf(app: App): Keeping {
  const { database, around } = app;
  const steps = signal<Partial<Record<Step, StepOutcome>>>({});
  const ahead = signal<Ahead | null>(null);
  const isBusy = signal(false);
  const stop = new AbortController();
  let isStarted = false;
  let next: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;

  function lookIn(ms: number): void {
    clearTimeout(next);
    next = setTimeout(() => void look(), ms);
  }

  function look(): Promise<void> {
    running ??= once().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function once(): Promise<void> {
    if (stop.signal.aborted || app.isLocked.value || app.kept.value.device === undefined) return;
    isBusy.value = true;
    try {
      const { ending, stored, again } = await sync(database, around);
      await app.refresh();
      const isFirst = steps.value.consents === undefined; // then nothing waits
      if (ending === "done" || isFirst || app.kept.value.sync.careEnded) await ready();
      await stopWithoutCare();
      lookIn(again ?? NOW_AND_THEN);
      if (stored > 0) for (const ms of NEWS) setTimeout(() => void look(), ms);
    } finally {
      isBusy.value = false;
    }
  }

  async function ready(): Promise<void> {
    const api = app.api();
    if (api === undefined) return;
    steps.value = {};
    const music = { model: app.model.own, place: placeOf(navigator), stop: stop.signal };
    const progress = async (step: Step, came: StepOutcome | Ahead) => {
      if (!("outcome" in came) || came.outcome === "music") {
        ahead.value = "outcome" in came ? came.music : came;
      }
      if (!("outcome" in came)) return;
      steps.value = { ...steps.value, [step]: came };
      if (came.outcome === "renewed") await app.refresh();
      if (["model", "plan"].includes(step)) await app.model.look();
    };
    const country = app.settings.value.country ?? countryHere();
    const wanted = { music, ...(country === undefined ? {} : { country }) };
    const all: Ready | null = await makeReady(database, around, api, progress, wanted);
    if (all !== null) steps.value = all;
    await app.refresh();
    const { crisis } = app.kept.value;
    if (crisis === undefined) return;
    const { line, phone, page, emergency } = crisis;
    await app.set("helpLine", { country: country ?? "", line, phone, page, emergency });
  }

  /** The patient took back the consent to care, here or elsewhere: plan, model and what was not sent go. A
   * session that is on is heard out. */
  async function stopWithoutCare(): Promise<void> {
    const { plan, waiting, aside } = app.kept.value;
    if (steps.value.consents?.outcome !== "care-ended") return;
    if (app.sittings.stage.value.is !== "none") return;
    const isDone = plan === undefined && waiting + aside === 0;
    if (isDone && app.model.state.value.state === "none") return;
    await endCare(database);
    await app.model.look();
    await app.refresh();
  }

  /** What was offered and ran out is told; what is due now is offered. */
  async function tellOffered(): Promise<void> {
    const { plan } = app.kept.value;
    if (plan === undefined) return;
    const row = (await database.get("state", "offered")) as OfferedRow | undefined;
    const before = row?.plan === plan.id ? row.opens : [];
    const now = app.now();
    const expired = expiredOccasions(plan, app.past.value, before, now);
    for (const { opens } of expired) await app.keep(notHeld(plan.id, opens, now, "expired"));
    const due = openOccasion(plan, app.past.value, now);
    const gone = new Set(expired.map(({ opens }) => opens));
    const left = before.filter((opens) => !gone.has(opens) && opens !== due?.opens);
    const opens = due === undefined ? left : [...left, due.opens];
    await database.put("state", { plan: plan.id, opens }, "offered");
  }

  return {
    steps,
    ahead,
    isBusy,
    look,
    async lookByHand() {
      await changeSyncState(database, around, () => ({ notBefore: 0 }));
      await running; // it may have found the pause
      await look();
    },
    offered: async () => void (await around.alone("attune-offered", tellOffered)),
    happened: () => lookIn(SOON),
    start() {
      lookIn(0);
      if (isStarted) return;
      isStarted = true;
      const seen = () => document.visibilityState === "visible" && lookIn(0);
      addEventListener("online", () => lookIn(0));
      document.addEventListener("visibilitychange", seen);
      whenAskedToSync(() => lookIn(0));
      void lookAtClocks(database, around);
    },
    async end() {
      clearTimeout(next);
      stop.abort();
      await running;
    },
  };
}
