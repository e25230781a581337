/** Sealing everything anew may end anywhere, and loses nothing. */

import { afterEach, expect, test, vi } from "vitest";
import {
  everything,
  isAllSealedAnew,
  livedIn,
  openLock,
  openPage,
  PASSKEY,
  rate,
  setLock,
} from "./pages.ts";

afterEach(() => vi.restoreAllMocks());

/** The page is closed at the n-th write from now on, 0 for the first. */
function closedAt(write: number, problem = new Error("The page was closed.")): void {
  const put = IDBObjectStore.prototype.put;
  let writes = 0;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (
    this: IDBObjectStore,
    ...given
  ) {
    if (writes++ === write) throw problem;
    return put.apply(this, given);
  });
}

test("the first lock has everything sealed anew, and says how far it is", async () => {
  const page = await livedIn();
  await page.finishSealing(page.database);
  const kept = await everything(page);
  expect((await page.lockOf(page.database)).unfinished).toBe(false);
  await setLock(page);
  expect((await page.lockOf(page.database)).unfinished).toBe(true);
  expect(await isAllSealedAnew(page)).toBe(false);
  const progress = vi.fn();
  expect(await page.finishSealing(page.database, { progress })).toBe(0);
  const [done, total] = progress.mock.lastCall ?? [];
  expect(done).toBe(total);
  expect(done).toBeGreaterThan(9);
  expect(await isAllSealedAnew(page)).toBe(true);
  expect(await everything(page)).toStrictEqual(kept);
  progress.mockClear();
  expect(await page.finishSealing(page.database, { progress })).toBe(0);
  expect(progress).not.toHaveBeenCalled();
});

test("a page that is closed at any row, or while the lock is set, loses nothing and goes on", async () => {
  let page = await livedIn();
  const kept = await everything(page);
  let crashes = 0;
  for (let isWhole = false; !isWhole; crashes++) {
    closedAt(crashes);
    try {
      await setLock(page);
      await page.finishSealing(page.database);
      isWhole = true;
    } catch {
      vi.restoreAllMocks();
      page.database.close();
      page = await openPage(page.name);
      if ((await page.lockState(page.database)) === "locked") {
        await openLock(page);
        expect(await everything(page)).toStrictEqual(kept);
        expect((await page.lockOf(page.database)).unfinished).toBe(true);
        await page.removeLock(page.database, { passkey: PASSKEY }); // and the next lock is a first one again
      }
      expect(await everything(page)).toStrictEqual(kept);
    }
    vi.restoreAllMocks();
  }
  expect(crashes).toBeGreaterThan(12);
  expect(await isAllSealedAnew(page)).toBe(true);
  expect(await everything(page)).toStrictEqual(kept);
});

test("a thousand rows are sealed anew, closed in the middle, without doing any twice", async () => {
  const page = await openPage();
  const { database } = page;
  const writing = database.transaction("history", "readwrite");
  const body = { as: "plain", value: { valence: 0.5 } } as const;
  const row = { kind: "mood-rating", patient: "p", at: 1, era: 0, body } as const;
  for (let id = 0; id < 1000; id++) await writing.store.put({ ...row, id: String(id) });
  await writing.done;
  closedAt(500);
  await expect(page.finishSealing(database)).rejects.toThrow("closed");
  vi.restoreAllMocks();
  const progress = vi.fn();
  expect(await page.finishSealing(database, { progress })).toBe(0);
  expect(progress).toHaveBeenLastCalledWith(500, 500);
  expect(await isAllSealedAnew(page)).toBe(true);
});

test("what is written while rows are sealed anew stays as it was written", async () => {
  const page = await livedIn();
  await setLock(page);
  const vector = Float32Array.of(7, 7);
  const sealed = page.finishSealing(page.database);
  await Promise.all([sealed, page.keepVector(page.database, 1, vector), rate(page, "late")]);
  expect((await page.keptModel(page.database))?.vector).toEqual(vector);
  expect(await isAllSealedAnew(page)).toBe(true);
  expect((await everything(page)).history).toHaveLength(4);
});

test("a row that another tab was just writing with the old key is found by the pass", async () => {
  const page = await livedIn();
  const body = await page.seal({ phase: "before", valence: 0.25 });
  await setLock(page);
  const [row] = await page.database.getAll("history");
  await page.database.put("history", { ...row, id: "late", body });
  await page.finishSealing(page.database);
  expect(await isAllSealedAnew(page)).toBe(true);
});

test("a row that cannot be read stays, is counted, and is in nobody's way", async () => {
  const page = await livedIn();
  const row = await page.database.get("history", "second");
  if (row === undefined || row.body.as === "plain") throw new Error("It is not there.");
  row.body.bytes[20] ^= 1;
  await page.database.put("history", row);
  await setLock(page);
  expect(await page.finishSealing(page.database)).toBe(1);
  expect((await page.lockOf(page.database)).unfinished).toBe(false);
  expect(await page.database.get("history", "second")).toEqual(row);
  expect(await page.keptModel(page.database)).toBeDefined();
});

test("a lock that is closed meanwhile ends it, and the next unlocking goes on", async () => {
  const page = await livedIn();
  await setLock(page);
  const ended = expect(page.finishSealing(page.database)).rejects.toThrow(page.Locked);
  await page.lockNow(page.database);
  await ended;
  await openLock(page);
  expect(await page.finishSealing(page.database)).toBe(0);
  expect(await isAllSealedAnew(page)).toBe(true);
});

test("a disk that is full meanwhile gives up its reserve", async () => {
  const page = await livedIn();
  await setLock(page);
  await page.database.put("reserve", Uint8Array.of(1), 0);
  closedAt(3, new DOMException("The disk is full.", "QuotaExceededError") as never);
  expect(await page.finishSealing(page.database)).toBe(0);
  expect(await page.database.count("reserve")).toBe(0);
  expect(await isAllSealedAnew(page)).toBe(true);
});
