import { expect, test } from "vitest";
import { begin, finish } from "../../src/audio/holding.ts";
import { openSession } from "../../src/listening/session.ts";
import { openingOf, toChooseFrom } from "../../src/readying/session.ts";
import { unlearnedRows, unlearnedRowsOf } from "../../src/readying/unlearned.ts";
import { mostUseful } from "../../src/readying/useful.ts";
import { keepAnswer, refresh } from "../../src/store/answers.ts";
import type { Database, Kind } from "../../src/store/schema.ts";
import { keepReport } from "../../src/sync/outbox.ts";
import { catalogueOf, opening, PLAN, plannerOf } from "../listening/cases.ts";
import { around, clockAt, connected, NOON, PATIENT } from "../surroundings.ts";

const DAY = 86_400_000;
const CATALOGUE = catalogueOf(8, { 7: { audio: null } });
for (const track of CATALOGUE.tracks.slice(0, 7)) track.audio = `/api/v1/tracks/${track.id}/audio`;

async function withPlan(tracksHere: string[] = []): Promise<Database> {
  const database = await connected();
  await keepAnswer(database, "catalogue", CATALOGUE);
  const plan = { ...PLAN, always_tracks: ["5"], never_tracks: ["2"] };
  const api = { getUnless: async () => ({ body: plan, etag: null, at: null }) };
  const judged = CATALOGUE.tracks.map(({ id }) => id);
  await refresh(database, api as never, "plan", { judged });
  for (const track of tracksHere) {
    await begin(database, { track, etag: null, type: "audio/ogg", total: 0 }, 1);
    await finish(database, track);
  }
  return database;
}

async function happened(
  database: Database,
  kind: Kind,
  fields: Record<string, unknown>,
  { at = NOON, session = null as string | null, id = crypto.randomUUID() as string } = {},
): Promise<string> {
  const body = { ...fields, rated_at: new Date(at).toISOString() };
  await keepReport(database, around(clockAt(at)), PATIENT, { id, kind, session, body });
  return id;
}

const rates = (track: string, more = {}) => ({ track, liking: 5, familiarity: 5, ...more });

test("a session is opened with what the phone holds, and with sound that is here alone", async () => {
  const database = await withPlan(["1", "2", "3"]);
  await happened(database, "track-rating", rates("3"), { at: NOON - DAY });
  const entries = [{ track: "1" }];
  await happened(database, "playlist-log", { entries }, { at: NOON - 2 * DAY });
  const given = await openingOf(database, PATIENT, { mood: [0, 0], at: NOON, seed: 1 });
  if (given === null) throw new Error("There is a plan.");
  const session = await openSession(plannerOf(), given);
  expect(session.candidates.allowed.map(Number).join("")).toBe("01010000");
  expect(session.candidates.recency[3]).toBeGreaterThan(session.candidates.recency[1]);
  expect(session.candidates.familiarity[3]).toBe(1);
  await happened(database, "track-rating", rates("1", { familiarity: 3 }));
  const next = await openingOf(database, PATIENT, { mood: [0, 0], at: NOON, seed: 1 });
  expect(next?.history.ratings).toHaveLength(2);
  expect(next?.catalogue, "it is read once").toBe(given.catalogue);
});

test("before there is a plan, nothing is opened", async () => {
  const database = await connected();
  expect(await openingOf(database, PATIENT, { mood: [0, 0], at: NOON })).toBeNull();
  expect(await toChooseFrom(database, PATIENT, NOON)).toEqual([]);
});

test("without a model there is what the plan allows and is here, the long unheard first", async () => {
  const database = await withPlan(["1", "2", "4", "5"]);
  await happened(database, "track-rating", rates("1"), { at: NOON - DAY });
  const ids = (await toChooseFrom(database, PATIENT, NOON)).map(({ id }) => id);
  expect(ids).toEqual(["5", "4", "1"]);
});

test("the most useful are what must be there, then what is played, then what would do well", async () => {
  const scores = [0.1, 0.2, 0.9, 0.3, 0.4, 0, 0.5, 0.8];
  const { prescription, history } = opening(CATALOGUE);
  const plan = {
    ...prescription.plan,
    track_count: 2,
    curve_weights: [1, 0],
    always_tracks: ["5", "2"],
  };
  const excluding = { ...prescription, plan: { ...plan, never_tracks: ["2"] } };
  const likely = { catalogue: CATALOGUE, prescription: excluding, history, moods: [], at: NOON };
  expect(await mostUseful(plannerOf(scores), likely)).toEqual(["5", "1", "0", "6", "4", "3"]);
  expect(await mostUseful(null, likely)).toEqual(["5", "0", "1", "3", "4", "6"]);
});

test("a record is not asked to learn again what it knows, and learns the rest by whole sittings", async () => {
  const database = await connected();
  const made = NOON / 1000; // when the record was
  const mood = (phase: string, valence: number) => ({ phase, valence, arousal: 0 });
  const first = { at: NOON - 60_000, session: "first" };
  await happened(database, "mood-rating", mood("before", -1), first);
  const known = await happened(database, "track-rating", rates("0"), first);
  await happened(database, "track-rating", rates("1"), { ...first, at: NOON - 30_000 });
  await happened(database, "mood-rating", mood("after", 1), { ...first, at: NOON - 10_000 });
  const alone = await happened(database, "track-rating", rates("2"));
  await happened(database, "track-rating", rates("3"), { session: "second" });
  await stored(database, known, NOON - 40_000);
  await stored(database, alone, NOON + 5_000);

  const rows = await unlearnedRows(database, PATIENT, made);
  expect(rows.map(({ rating }) => rating.track).sort()).toEqual(["1", "2", "3"]);
  const [row] = await unlearnedRowsOf(database, "first", made);
  expect(row).toMatchObject({ mood: [0, 0], outcome: { valence: 1 }, weight: { valence: 0.5 } });
  const others = await unlearnedRows(database, PATIENT, made, "first");
  expect(others.map(({ rating }) => rating.track).sort()).toEqual(["2", "3"]);
});

async function stored(database: Database, id: string, at: number): Promise<void> {
  const row = await database.get("history", id);
  if (row !== undefined) await database.put("history", { ...row, stored: at });
}
