import { afterEach, expect, test, vi } from "vitest";
import { apiOf } from "../src/api/client.ts";
import { keptAnswer, refresh } from "../src/store/answers.ts";
import {
  endCare,
  forgetOthers,
  heldOfOthers,
  keepDevice,
  keepKeys,
  keptDevice,
  noteEnded,
  trustedKeys,
} from "../src/store/device.ts";
import { history } from "../src/store/history.ts";
import { keepModel, keepVector, keptBundle, keptModel, NoBundle } from "../src/store/model.ts";
import { openStore, UPGRADES } from "../src/store/schema.ts";
import { choose, setting } from "../src/store/settings.ts";
import { counts, keepReport } from "../src/sync/outbox.ts";
import {
  around,
  clockAt,
  connected,
  DEVICE,
  json,
  NOON,
  newName,
  PATIENT,
  serverOf,
} from "./surroundings.ts";

const bytes = (...numbers: number[]) => Uint8Array.from(numbers);
const MODEL = {
  version: 7,
  record: bytes(1, 2),
  statement: bytes(3),
  ratedTracks: 4,
  bundle: "aa",
  vector: Float32Array.of(0.5, -1),
};
const RATING = { phase: "before", valence: 0.5, arousal: 0, rated_at: "2026-03-02T12:00:00Z" };

afterEach(() => vi.restoreAllMocks());

test("a newer app brings an older database up to date and loses nothing", async () => {
  const name = newName();
  const overtaken = vi.fn();
  const old = await openStore(overtaken, { name });
  await keepDevice(old, DEVICE);
  const upgrades = [
    ...UPGRADES,
    (database: IDBDatabase) => void database.createObjectStore("letters"),
  ] as typeof UPGRADES;
  const updated = await openStore(() => {}, { name, upgrades });
  expect(overtaken).toHaveBeenCalledOnce();
  expect(updated.version).toBe(UPGRADES.length + 1);
  expect([...updated.objectStoreNames]).toContain("letters");
  expect(await keptDevice(updated)).toEqual(DEVICE);
  await expect(keptDevice(old)).rejects.toThrow();
  updated.close();
  await expect(openStore(() => {}, { name })).rejects.toMatchObject({ name: "VersionError" });
});

test("a model is kept whole, and takes the place of the one before", async () => {
  const database = await connected();
  expect(await keptModel(database)).toBeUndefined();
  expect(await keepModel(database, MODEL, bytes(9, 9))).toBe(true);
  expect(await keptModel(database)).toEqual(MODEL);
  const next = { ...MODEL, version: 8, bundle: "bb" };
  expect(await keepModel(database, next, bytes(8))).toBe(true);
  expect(await keptModel(database)).toEqual(next);
  expect(await keptBundle(database, "bb")).toEqual(bytes(8));
  expect(await keptBundle(database, "aa")).toBeUndefined();
});

test("a record that goes with the kept bundle needs no other", async () => {
  const database = await connected();
  await keepModel(database, MODEL, bytes(9));
  expect(await keepModel(database, { ...MODEL, version: 8 }, null)).toBe(true);
  expect(await keptBundle(database, "aa")).toEqual(bytes(9));
  const other = keepModel(database, { ...MODEL, version: 9, bundle: "bb" }, null);
  await expect(other).rejects.toThrow(NoBundle);
  expect((await keptModel(database))?.version).toBe(8);
});

test("an older model, of a tab that was slow, replaces nothing", async () => {
  const database = await connected();
  await keepModel(database, MODEL, bytes(9));
  expect(await keepModel(database, { ...MODEL, version: 6, bundle: "bb" }, bytes(8))).toBe(false);
  expect(await keptModel(database)).toEqual(MODEL);
  expect(await keptBundle(database, "bb")).toBeUndefined();
});

test("a swap that ends half-way leaves the model before", async () => {
  const database = await connected();
  await keepModel(database, MODEL, bytes(9));
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given
  ) {
    if (this.name === "model") throw new DOMException("no room", "QuotaExceededError");
    return put.apply(this, given);
  });
  const next = keepModel(database, { ...MODEL, version: 8, bundle: "bb" }, bytes(8));
  await expect(next).rejects.toMatchObject({ name: "QuotaExceededError" });
  expect(await keptModel(database)).toEqual(MODEL);
  expect(await keptBundle(database, "aa")).toEqual(bytes(9));
  expect(await keptBundle(database, "bb")).toBeUndefined();
});

test("a vector is kept for the version that it belongs to alone", async () => {
  const database = await connected();
  await keepModel(database, MODEL, bytes(9));
  await keepVector(database, 7, Float32Array.of(1, 1));
  await keepVector(database, 6, Float32Array.of(2, 2));
  expect((await keptModel(database))?.vector).toEqual(Float32Array.of(1, 1));
});

test("a plan is asked for by its ETag, and stays while it is the same", async () => {
  const database = await connected();
  const { fetch, calls } = serverOf(({ headers }) =>
    headers.get("If-None-Match") === '"1"'
      ? new Response(null, { status: 304 })
      : json({ version: 3 }, 200, { ETag: '"1"' }),
  );
  const api = apiOf({ origin: DEVICE.server, token: DEVICE.token, fetch });
  expect(await keptAnswer(database, "plan")).toBeUndefined();
  expect(await refresh(database, api, "plan")).toBe(true);
  expect(await refresh(database, api, "plan")).toBe(false);
  expect(await keptAnswer(database, "plan")).toEqual({ version: 3 });
  expect(calls.map(({ path }) => path)).toEqual(["/api/v1/plan", "/api/v1/plan"]);
});

test("keys and settings are what was kept last", async () => {
  const database = await connected();
  const key = (id: string) => ({ id, publicKey: bytes(1), honouredUntil: null });
  await keepKeys(database, [key("a"), key("b")]);
  await keepKeys(database, [key("c")]);
  expect(await trustedKeys(database)).toEqual([key("c")]);
  expect(await setting(database, "theme")).toBeUndefined();
  await choose(database, "theme", "dark");
  expect(await setting(database, "theme")).toBe("dark");
});

test("only the token that was refused is given up", async () => {
  const database = await connected();
  await noteEnded(database, "attune_before");
  expect((await keptDevice(database))?.ended).toBe(false);
  await noteEnded(database, DEVICE.token);
  expect((await keptDevice(database))?.ended).toBe(true);
});

test("a phone that becomes another patient's keeps their reports apart until told to forget", async () => {
  const database = await connected();
  const here = around(clockAt(NOON));
  const report = (patient: string, id: string) =>
    keepReport(database, here, patient, { id, kind: "mood-rating", body: RATING });
  await keepModel(database, MODEL, bytes(9));
  await report(PATIENT, "first");
  await keepDevice(database, { ...DEVICE, patientId: "other" });
  await report("other", "second");
  expect(await keptModel(database)).toBeUndefined();
  expect((await history(database, "other")).map(({ id }) => id)).toEqual(["second"]);
  expect(await heldOfOthers(database, "other")).toBe(2); // waiting, and in the history
  await forgetOthers(database, "other");
  expect(await heldOfOthers(database, "other")).toBe(0);
  expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
});

test("what was damaged at rest is left out, and a phone that does not know whose it is connects anew", async () => {
  const database = await connected();
  const here = around(clockAt(NOON));
  for (const id of ["damaged", "whole"]) {
    await keepReport(database, here, PATIENT, { id, kind: "mood-rating", body: RATING });
  }
  const row = await database.get("history", "damaged");
  if (row?.body.as !== "aes-gcm-1") throw new Error("It is sealed.");
  row.body.bytes[0] ^= 1;
  await database.put("history", row);
  expect((await history(database, PATIENT)).map(({ id }) => id)).toEqual(["whole"]);

  await keepModel(database, MODEL, bytes(9));
  const device = await database.get("device", "this");
  if (device?.as !== "aes-gcm-1") throw new Error("It is sealed.");
  device.bytes[0] ^= 1;
  await database.put("device", device, "this");
  expect(await keptDevice(database)).toBeUndefined();
  await keepDevice(database, { ...DEVICE, patientId: "whoever comes" });
  expect(await keptModel(database)).toBeUndefined();
  expect(await counts(database, PATIENT)).toEqual({ waiting: 2, aside: 0 });
});

test("the end of care leaves the patient their own history, and nothing else", async () => {
  const database = await connected();
  await keepModel(database, MODEL, bytes(9));
  await keepReport(database, around(clockAt(NOON)), PATIENT, {
    id: "first",
    kind: "mood-rating",
    session: null,
    body: RATING,
  });
  await endCare(database);
  expect(await keptModel(database)).toBeUndefined();
  expect(await counts(database)).toEqual({ waiting: 0, aside: 0 });
  expect(await history(database, PATIENT)).toEqual([
    { id: "first", kind: "mood-rating", session: null, at: NOON, body: RATING },
  ]);
  expect(await history(database, PATIENT, NOON + 1)).toEqual([]);
});
