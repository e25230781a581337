/** A disk that is full: what is given up for a rating, in which order, and what never is. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FullDisk, holdReserve, RESERVE_BLOCKS } from "../src/store/room.ts";
import type { Database } from "../src/store/schema.ts";
import { counts, keepReport } from "../src/sync/outbox.ts";
import { sync } from "../src/sync/sync.ts";
import { around, clockAt, connected, json, NOON, PATIENT, serverOf } from "./surroundings.ts";

const RATING = { phase: "before", valence: 0.5, arousal: 0, rated_at: "2026-03-02T12:00:00Z" };
const BLOCK = 65_536;

let free = Number.POSITIVE_INFINITY; // bytes

/** About, in bytes. */
function sizeOf(value: unknown): number {
  const asText = (_: string, part: unknown) =>
    part instanceof Uint8Array ? "x".repeat(part.length) : part;
  return JSON.stringify(value, asText).length;
}

/** Every store takes what it is given from one disk; what is cleared or deleted is free again. */
beforeEach(() => {
  const { put, add, clear, delete: remove } = IDBObjectStore.prototype;
  const sizes = new Map<string, number>();
  const write = (original: typeof put) =>
    function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
      const size = sizeOf(value);
      if (size > free) throw new DOMException("The disk is full.", "QuotaExceededError");
      free -= size;
      const at = `${this.transaction.db.name} ${this.name}`;
      sizes.set(at, (sizes.get(at) ?? 0) + size);
      return key === undefined ? original.call(this, value) : original.call(this, value, key);
    };
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(write(put));
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(write(add));
  vi.spyOn(IDBObjectStore.prototype, "clear").mockImplementation(function (this: IDBObjectStore) {
    const at = `${this.transaction.db.name} ${this.name}`;
    free += sizes.get(at) ?? 0;
    sizes.delete(at);
    return clear.call(this);
  });
  vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(function (
    this: IDBObjectStore,
    key,
  ) {
    free += 500; // some row
    return remove.call(this, key);
  });
});
afterEach(() => {
  free = Number.POSITIVE_INFINITY;
  vi.restoreAllMocks();
});

let rated = 0;
function rate(database: Database, more = async () => false): Promise<boolean> {
  rated += 1;
  const report = { id: `rating-${rated}`, kind: "mood-rating", body: RATING } as const;
  return keepReport(database, around(clockAt(NOON), { more }), PATIENT, report);
}

test("a rating fits onto a full disk, because room was held for it, and the app is told", async () => {
  const database = await connected();
  expect(await holdReserve(database)).toBe(true);
  expect(await rate(database)).toBe(false);
  free = 0;
  expect(await rate(database)).toBe(true);
  expect(await database.count("reserve")).toBe(0);
  for (let more = 0; more < 1000; more++) expect(await rate(database)).toBe(false);
  expect((await counts(database)).waiting).toBe(1002);
});

test("then goes what can be had again, then what the server has too, oldest first", async () => {
  const database = await connected();
  const server = serverOf(({ body }) => json({ items: body.items.map(stored) }));
  for (let past = 0; past < 8; past++) await rate(database);
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  await database.clear("reserve");
  const handedOver = (await database.getAllKeys("history")).length;
  free = 0;
  const audio = [5000, 5000];
  const more = vi.fn(async () => {
    free += audio.pop() ?? 0;
    return free > 0;
  });
  while (audio.length > 0) await rate(database, more);
  expect(await database.count("history")).toBe(handedOver + (await counts(database)).waiting);
  free = 0;
  expect(await rate(database, more)).toBe(true);
  const left = await database.getAllKeys("history");
  const waiting = (await database.getAll("outbox")).map(({ id }) => id);
  expect(left).toEqual(expect.arrayContaining(waiting)); // nothing of what waits is gone
  expect(left.length).toBeLessThan(handedOver + waiting.length);
});

test("what waits is never given up: a disk that has no room at all says so", async () => {
  const database = await connected();
  for (let waiting = 0; waiting < 5; waiting++) await rate(database);
  free = 0;
  await expect(rate(database)).rejects.toThrow(FullDisk);
  expect(await counts(database)).toEqual({ waiting: 5, aside: 0 });
  expect(await database.count("history")).toBe(5);
});

test("a reserve that does not fit is said, and made whole once there is room", async () => {
  const database = await connected();
  free = 3.5 * BLOCK;
  expect(await holdReserve(database)).toBe(false);
  expect(await database.count("reserve")).toBe(3);
  free = Number.POSITIVE_INFINITY;
  const server = serverOf(() => json({ items: [] }));
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(await database.count("reserve")).toBe(RESERVE_BLOCKS);
});

test("handing over goes on while the disk is full, and frees what was stored", async () => {
  const database = await connected();
  for (let waiting = 0; waiting < 5; waiting++) await rate(database);
  await holdReserve(database);
  free = 0;
  const server = serverOf(({ body }) =>
    json({
      items: body.items.map((item, place) =>
        place === 0 ? { ...stored(item), status: "refused", may_delete: false } : stored(item),
      ),
    }),
  );
  const result = await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(result).toMatchObject({ ending: "done", stored: 4 });
  expect(await counts(database)).toEqual({ waiting: 0, aside: 1 });
});

function stored({ id, kind }: { id: string; kind: string }) {
  return { id, kind, status: "stored", may_delete: true, code: "", detail: "", errors: [] };
}
