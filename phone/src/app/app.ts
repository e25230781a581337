/** The app: what it keeps, shows and can do, in one object that screens are given. */

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Api, apiOf } from "../api/client.ts";
import { lockState, type Proof, unlockWithPasskey, unlockWithPin } from "../locking/lock.ts";
import { watchLock } from "../locking/tabs.ts";
import type { Mood } from "../model/package.ts";
import { history, type Past } from "../store/history.ts";
import { FullDisk } from "../store/room.ts";
import type { Database, Settings } from "../store/schema.ts";
import { choose } from "../store/settings.ts";
import { keepReport, type Report } from "../sync/outbox.ts";
import type { Surroundings } from "../sync/surroundings.ts";
import { type Spoken, spokenFor } from "../words/spoken.ts";
import { type Keeping, keepingOf } from "./keeping.ts";
import { type Kept, NOTHING_KEPT, readKept, readSettings } from "./kept.ts";
import { type ModelForScreens, modelOf } from "./model.ts";
import { type Sittings, sittingsOf } from "./sitting.ts";

export interface App {
  database: Database;
  around: Surroundings;
  kept: ReadonlySignal<Kept>;
  /** What the patient rated and heard, oldest first. */
  past: ReadonlySignal<Past[]>;
  settings: ReadonlySignal<Partial<Settings>>;
  language: ReadonlySignal<Spoken>;
  isLocked: ReadonlySignal<boolean>;
  isOnline: ReadonlySignal<boolean>;
  /** The disk is full: said until there is room. */
  isFull: Signal<boolean>;
  /** What went wrong, and nobody dealt with: said on top of every screen until it is closed. */
  trouble: Signal<"failed" | "full" | null>;
  model: ModelForScreens;
  sittings: Sittings;
  keeping: Keeping;
  /** Read anew what is kept. */
  refresh(): Promise<void>;
  set<Name extends keyof Settings>(name: Name, value: Settings[Name]): Promise<void>;
  /** Keep what happened. Throws FullDisk where there is no room for it even now. */
  keep(report: Report): Promise<void>;
  /** Calls to the clinic's server; undefined before the phone is connected. */
  api(): Api | undefined;
  /** Throws what locking/lock.ts does. */
  unlock(proof: Proof): Promise<void>;
  /** The lock may have been opened or closed. */
  lookAtLock(): Promise<void>;
  /** Does this each time that what is kept can be read: at once where it can. */
  whenOpen(work: () => Promise<void>): void;
  /** Begin a session, in the tap itself. `mood`: null where it was not said. */
  begin(mood: Mood | null, isLive: boolean, own?: string[]): Promise<void>;
  now(): number;
  /** Nothing is done any more: what is kept is about to be deleted. */
  end(): Promise<void>;
}

export async function createApp(database: Database, around: Surroundings): Promise<App> {
  const isLocked = signal((await lockState(database)) === "locked");
  const kept = signal(NOTHING_KEPT);
  const past = signal<Past[]>([]);
  const settings = signal(await readSettings(database));
  const isFull = signal(false);
  const language = computed(() => spokenFor(settings.value.language));

  async function refresh(isClosed = isLocked.value): Promise<void> {
    settings.value = await readSettings(database);
    const before = kept.value.device?.patientId;
    kept.value = isClosed ? NOTHING_KEPT : await readKept(database);
    const patient = kept.value.device?.patientId;
    const known = past.value;
    const isKnown = (await database.count("history")) === known.length; // or another tab kept more
    if (patient === before && (isKnown || patient === undefined)) return;
    const read = patient === undefined ? [] : await history(database, patient);
    if (past.value === known) past.value = read; // else something was kept meanwhile: the next time
  }
  async function lookAtLock(): Promise<void> {
    const isClosed = (await lockState(database)) === "locked";
    await refresh(isClosed); // before anything of it is shown
    isLocked.value = isClosed;
  }

  const app = {
    database,
    around,
    kept,
    past,
    settings,
    language,
    isLocked,
    isOnline: onlineSignal(),
    isFull,
    trouble: troubleSignal(),
    refresh: () => refresh(),
    now: () => around.clock().wall,
    async set<Name extends keyof Settings>(name: Name, value: Settings[Name]): Promise<void> {
      await choose(database, name, value);
      settings.value = await readSettings(database);
    },
    async keep(report: Report): Promise<void> {
      const { device } = kept.value;
      if (device === undefined) throw new Error("Nobody is connected.");
      const tight = await keepReport(database, around, device.patientId, report);
      isFull.value ||= tight;
      if (app.trouble.value === "full") app.trouble.value = null; // there is room again
      const { id, kind, session, body } = report;
      const one = { id, kind, ...(session === undefined ? {} : { session }), body };
      const others = past.value.filter((before) => before.id !== id);
      past.value = [...others, { ...one, at: around.clock().wall }];
      kept.value = { ...kept.value, waiting: kept.value.waiting + 1 };
      app.keeping.happened();
    },
    api(): Api | undefined {
      const { device } = kept.value;
      if (device === undefined || device.ended) return undefined;
      return apiOf({ origin: device.server, token: device.token, fetch: around.fetch });
    },
    lookAtLock,
    whenOpen(work: () => Promise<void>): void {
      isLocked.subscribe((isClosed) => {
        if (!isClosed) void work();
      });
    },
    async unlock(proof: Proof): Promise<void> {
      if ("pin" in proof) await unlockWithPin(database, proof.pin);
      else await unlockWithPasskey(database, proof.passkey);
      await lookAtLock();
    },
  } as App; // its parts, which need it, follow
  app.model = modelOf(app);
  app.sittings = sittingsOf(app);
  app.keeping = keepingOf(app);
  app.begin = app.sittings.begin;
  const endWatching = watchLock(database, () => void lookAtLock());
  app.end = async () => {
    endWatching();
    await app.keeping.end();
  };
  await refresh();
  return app;
}

/** Whatever nobody catches is the app's own fault, or a full disk. */
function troubleSignal(): Signal<"failed" | "full" | null> {
  const trouble = signal<"failed" | "full" | null>(null);
  addEventListener("unhandledrejection", ({ reason }) => {
    trouble.value = reason instanceof FullDisk ? "full" : "failed";
  });
  return trouble;
}

function onlineSignal(): ReadonlySignal<boolean> {
  const isOnline = signal(navigator.onLine);
  const look = () => {
    isOnline.value = navigator.onLine;
  };
  addEventListener("online", look);
  addEventListener("offline", look);
  return isOnline;
}
