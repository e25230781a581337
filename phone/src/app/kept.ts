/** What the screens show of what the phone keeps, read anew whenever some of it changed. */

import { type Standing, standingHere, toAskAgain } from "../consent/deciding.ts";
import type { Catalogue } from "../listening/catalogue.ts";
import type { Plan } from "../listening/plan.ts";
import type { Measure } from "../sessions/measures.ts";
import { keptAnswer } from "../store/answers.ts";
import { heldOfOthers, keptDevice } from "../store/device.ts";
import type { Database, Device, HelpLine, Scope, Settings, SyncRow } from "../store/schema.ts";
import { counts } from "../sync/outbox.ts";
import { FRESH, syncState } from "../sync/state.ts";

/** A scope with the text to read before deciding, as GET /api/v1/consents answers it. */
export interface ConsentText extends Standing {
  text: { version: string; language: string; title: string; paragraphs: string[] };
}

/** As GET /api/v1/crisis-contacts answers. */
export interface CrisisContacts extends Omit<HelpLine, "country"> {
  crisis_plan: string;
  not_watched: string;
}

export interface Kept {
  device: Device | undefined;
  plan: Plan | undefined;
  catalogue: Catalogue | undefined;
  measures: Measure[];
  consents: ConsentText[];
  /** What stands here and now, decided on this phone or told by the server. */
  standing: Map<Scope, boolean | null>;
  askAgain: Scope[];
  crisis: CrisisContacts | undefined;
  waiting: number;
  aside: number;
  ofOthers: number;
  sync: SyncRow;
}

/** Before anything is kept, and behind a lock. */
export const NOTHING_KEPT: Kept = {
  device: undefined,
  plan: undefined,
  catalogue: undefined,
  measures: [],
  consents: [],
  standing: new Map(),
  askAgain: [],
  crisis: undefined,
  waiting: 0,
  aside: 0,
  ofOthers: 0,
  sync: FRESH,
};

export async function readKept(database: Database): Promise<Kept> {
  const device = await keptDevice(database);
  const patient = device?.patientId ?? "";
  const [plan, catalogue, measures, consents, crisis] = await Promise.all([
    keptAnswer<Plan>(database, "plan"),
    keptAnswer<Catalogue>(database, "catalogue"),
    keptAnswer<{ measures: Measure[] }>(database, "measures"),
    keptAnswer<{ consents: ConsentText[] }>(database, "consents"),
    keptAnswer<CrisisContacts>(database, "crisis-contacts"),
  ]);
  return {
    device,
    plan,
    catalogue,
    measures: measures?.measures ?? [],
    consents: consents?.consents ?? [],
    standing: await standingHere(database, patient),
    askAgain: await toAskAgain(database, patient),
    crisis,
    ...(await counts(database, patient)),
    ofOthers: device === undefined ? 0 : await heldOfOthers(database, patient),
    sync: await syncState(database),
  };
}

const NAMES: readonly (keyof Settings)[] = [
  "language",
  "country",
  "theme",
  "textSize",
  "moodInput",
  "installAsked",
  "helpLine",
  "lockAfter",
  "audioBudget",
  "audioAnyway",
];

export async function readSettings(database: Database): Promise<Partial<Settings>> {
  const values = await Promise.all(NAMES.map((name) => database.get("settings", name)));
  const chosen = NAMES.map((name, place) => [name, values[place]] as const);
  return Object.fromEntries(chosen.filter(([, value]) => value !== undefined));
}
