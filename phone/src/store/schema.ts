/** What the phone keeps: its stores, by version, and how an older database is brought up to date. */

import {
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  openDB,
  type StoreNames,
} from "idb";
import type { Bytes } from "../signing/cbor.ts";
import type { Key } from "../signing/verify.ts";
import type { ClockRow } from "../sync/clock.ts";
import type { RingRow } from "./keys.ts";
import { openRing } from "./ring.ts";
import type { Sealed } from "./sealing.ts";

/** Whose phone this is, and how it speaks for them. */
export interface Device {
  /** The server's: https://clinic.example. */
  server: string;
  token: string;
  patientId: string;
  patientCode: string;
  clinicName: string;
  /** Others than `care` are not people in care, and it is shown. */
  origin: "care" | "simulated" | "research";
  /** The server no longer knows the token: call no more, and ask to be connected again. */
  ended: boolean;
}

/** The model in use: all of it was checked (signing/accept.ts) before it came here. */
export interface ModelRow {
  version: number;
  /** SHA-256 of the bundle, in hexadecimal: its key in `bundles`. */
  bundle: string;
  /** As they were signed. */
  messages: Sealed<{ record: Bytes; statement: Bytes }>;
  /** The record's, adapted to what was rated since. */
  vector: Sealed<Float32Array>;
  ratedTracks: number;
}

/** An answer of the server that is good until there is another, with the ETag to ask for that. */
export interface KeptAnswer {
  body: unknown;
  etag: string | null;
  /** SHA-256 of the body as JSON, in hexadecimal: what was kept is checked before it is believed. */
  digest: string;
}
export type AnswerName =
  | "plan"
  | "catalogue"
  | "measures"
  | "consents"
  | "crisis-contacts"
  | "reminders";

export type Kind =
  | "session"
  | "session-not-held"
  | "mood-rating"
  | "mood-skip"
  | "track-rating"
  | "track-play"
  | "measure-response"
  | "playlist-log"
  | "model-refusal";
/** An item's fields as its own endpoint takes them, without `id` and `session`. */
export type ItemBody = Record<string, unknown>;

/** What happened, as it waits for the server. Rows are added and deleted, and what is sent of one is always
 * the same: the end of a session is a row of the session's id after the one of its beginning. */
export interface OutboxRow {
  place: number;
  id: string;
  kind: Kind;
  /** Of the item; left out for kinds that belong to none. */
  session?: string | null;
  patient: string;
  /** By which clock its times are (sync/clock.ts). */
  era: number;
  /** By which clock a session's end is, where that is another; until it is first sent. */
  endedIn?: number;
  /** The id is not the first one: that was somebody else's. */
  renewed: boolean;
  body: Sealed<ItemBody>;
}

/** What the server does not take as it is, with its reason. `place` is the one that it had. */
export interface AsideRow extends OutboxRow {
  reason: Sealed<Reason>;
}
/** As the server gave it. */
export interface Reason {
  status: string;
  code: string;
  detail: string;
  errors: unknown[];
}

/** The patient's own memory of what happened, which stays when the server has it. */
export interface HistoryRow {
  id: string;
  kind: Kind;
  session?: string | null;
  patient: string;
  /** By the phone's clock, in ms since 1970. */
  at: number;
  era: number;
  /** When the server stored it, by its own clock, in ms since 1970; where that was not heard, when it
   * happened. Left out until it is known that it did. */
  stored?: number;
  body: Sealed<ItemBody>;
}

/** How handing over stands. Times are by the phone's clock, in ms since 1970. */
export interface SyncRow {
  /** How often in a row the server could not be heard, or could not do it. */
  failures: number;
  /** Not before then again; 0 for at once. */
  notBefore: number;
  /** What an answer that must not be means for whoever keeps the app; null where all is well. */
  fault: { status: number; code: string } | null;
  /** The server said that the consent to care was taken back: tell the patient. */
  careEnded: boolean;
  /** Of the app that tried the items last that were set aside, and when. */
  app: string;
  triedAside: number;
}

/** What the server was told of models that were refused while this one, or none, was in use. */
export interface RefusalsRow {
  patient: string;
  /** Version of the model in use; null where there was none. */
  inUse: number | null;
  told: string[];
}

/** A pairing whose answer was not heard: sent again, it is the same one. */
export interface PairingRow {
  request: Sealed<{ code: string; label: string }>;
  key: string;
}

/** The session that plays now, so that it is ended also where the page was lost. Times are in ms since 1970. */
export interface SittingRow {
  id: string;
  plan: string;
  assignment?: string;
  startedAt: number;
  /** When it played last, as far as is known. */
  lastAt: number;
}

/** The `opens` of occasions that the patient was shown and that nothing was reported of yet. */
export interface OfferedRow {
  plan: string;
  opens: number[];
}

export type Scope = "care" | "pooled-learning" | "experiments" | "reminders";

/** As POST /api/v1/consents takes it. */
export interface Decision {
  id: string;
  scope: Scope;
  given: boolean;
  text_version: string;
  language: string;
  decided_at: string;
}

/** What the patient decided and the server has not confirmed. */
export interface DecisionRow {
  id: string;
  patient: string;
  scope: Scope;
  given: boolean;
  /** By the phone's clock, in ms since 1970. */
  at: number;
  /** The server knows no such text: the patient is to be asked again. */
  refused: boolean;
  body: Sealed<Decision>;
}

/** What the phone holds of a track's sound; its bytes are in `parts`. */
export interface AudioRow {
  track: string;
  etag: string | null;
  type: string;
  /** Bytes of the whole; null where the server did not say. */
  total: number | null;
  bytes: number;
  parts: number;
  whole: boolean;
  /** When it was played last, or fetched; in ms since 1970. */
  usedAt: number;
}

export interface HelpLine {
  /** ISO 3166-1 alpha-2; empty where it was not known. */
  country: string;
  line: string;
  phone: string;
  page: string;
  emergency: string;
}

export interface Settings {
  language: string;
  /** Whose crisis lines are shown, ISO 3166-1 alpha-2; that of the time zone if left out. */
  country: string;
  /** Of music ahead, in bytes. */
  audioBudget: number;
  /** Whether music is fetched where the connection is to be spared. */
  audioAnyway: boolean;
  /** Whether the browser was asked to keep what is here; it is asked once. */
  askedToPersist: boolean;
  theme: "system" | "light" | "dark" | "high-contrast";
  /** Minutes in the background after which the page locks itself (locking/staying.ts). */
  lockAfter: number;
  /** Of text, in per cent: 100..200. */
  textSize: number;
  moodInput: "sliders" | "grid";
  /** The patient does not want to be asked to install the app. */
  installAsked: boolean;
  /** Whom to call in the patient's country: nothing personal, so that it can be seen before unlocking. */
  helpLine: HelpLine;
}

export interface States {
  sync: SyncRow;
  clock: ClockRow;
  pairing: PairingRow;
  refusals: RefusalsRow;
  sitting: SittingRow;
  offered: OfferedRow;
}

export interface Schema extends DBSchema {
  device: { key: "this"; value: Sealed<Device> };
  keys: { key: string; value: Key };
  model: { key: "current"; value: ModelRow };
  bundles: { key: string; value: Bytes };
  answers: { key: AnswerName | "judged" | "stamp"; value: Sealed<KeptAnswer> };
  outbox: { key: number; value: OutboxRow; indexes: { id: string; session: string } };
  aside: { key: number; value: AsideRow; indexes: { id: string; session: string } };
  history: { key: string; value: HistoryRow; indexes: { at: number; session: string } };
  settings: { key: keyof Settings; value: Settings[keyof Settings] };
  state: { key: keyof States; value: States[keyof States] };
  reserve: { key: number; value: Bytes };
  decisions: { key: string; value: DecisionRow };
  audio: { key: string; value: AudioRow };
  parts: { key: [string, number]; value: Bytes };
  lock: { key: "ring"; value: RingRow };
}

export type Database = IDBPDatabase<Schema>;
type Upgrade = (
  database: Database,
  transaction: IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">,
) => void | Promise<void>;

/** The step to version n is the n-th. A step that was released is never changed: a change is the next. */
export const UPGRADES: readonly Upgrade[] = [
  (database) => {
    const plain = [
      "device",
      "model",
      "bundles",
      "answers",
      "settings",
      "state",
      "reserve",
    ] as const;
    for (const name of plain) database.createObjectStore(name);
    database.createObjectStore("keys", { keyPath: "id" });
    const outbox = database.createObjectStore("outbox", { keyPath: "place", autoIncrement: true });
    const aside = database.createObjectStore("aside", { keyPath: "place" });
    const history = database.createObjectStore("history", { keyPath: "id" });
    outbox.createIndex("id", "id");
    outbox.createIndex("session", "session");
    aside.createIndex("id", "id");
    aside.createIndex("session", "session");
    history.createIndex("at", "at");
    history.createIndex("session", "session");
  },
  (database) => {
    database.createObjectStore("audio", { keyPath: "track" });
    database.createObjectStore("parts");
    database.createObjectStore("decisions", { keyPath: "id" });
  },
  (database) => {
    database.createObjectStore("lock");
  },
];

/**
 * The phone's database, brought up to date. Where a tab with a newer app wants to do that, this one's
 * connection is closed and `overtaken` called: the page must be loaded anew. Throws VersionError where the
 * database is a newer app's. Where no lock is set, what is sealed can be read from now on (ring.ts).
 */
export async function openStore(
  overtaken: () => void,
  { name = "attune", upgrades = UPGRADES } = {},
): Promise<Database> {
  const database = await openDB<Schema>(name, upgrades.length, {
    async upgrade(database, from, _, transaction) {
      for (const step of upgrades.slice(from)) await step(database, transaction);
    },
    blocking(_from, _to, event) {
      (event.target as IDBDatabase).close();
      overtaken();
    },
    terminated: overtaken,
  });
  await openRing(database);
  return database;
}
