/** What becomes of a batch by its answer, or by none (docs/sync.md). */

import { expect, test, vi } from "vitest";
import { keepDevice, keptDevice } from "../src/store/device.ts";
import { openStore } from "../src/store/schema.ts";
import { MOST_BYTES } from "../src/sync/batches.ts";
import { counts, keepReport, setAside } from "../src/sync/outbox.ts";
import { syncState } from "../src/sync/state.ts";
import { sync } from "../src/sync/sync.ts";
import { DAY, HOUR, holding, outcome, rating, saying } from "./reports.ts";
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

test("at most 500 items go at once, and at most 1,000,000 bytes", async () => {
  const many = Array.from({ length: 1100 }, (_, number) => rating(`r${number}`));
  const large = Array.from({ length: 5 }, (_, number) =>
    rating(`l${number}`, null, "ü".repeat(150_000)),
  );
  const database = await holding(...many, ...large);
  const sizes: number[] = [];
  const server = saying();
  const measured: typeof fetch = (address, init) => {
    sizes.push(new TextEncoder().encode(String(init?.body)).length);
    return server.fetch(address, init);
  };
  await sync(database, around(clockAt(NOON), { fetch: measured }));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST_BYTES);
  expect(server.calls.map(({ body }) => body.items.length)).toEqual([500, 500, 103, 2]);
});

test("a batch that is too large for the server is halved, and what is too large alone set aside", async () => {
  const database = await holding(...["a", "b", "c", "d", "huge"].map((id) => rating(id)));
  const server = serverOf(({ body }) =>
    body.items.length > 1 || body.items[0].id === "huge"
      ? json({ code: "too_large" }, 413)
      : json({ items: body.items.map((item) => outcome(item, "stored")) }),
  );
  const result = await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(result).toMatchObject({ ending: "done", stored: 4 });
  expect(server.calls.map(({ body }) => body.items.length)).toEqual([5, 2, 1, 1, 1, 1, 1]);
  expect(await setAside(database)).toMatchObject([{ id: "huge", reason: { code: "too_large" } }]);
});

test("pauses double from 5 seconds to an hour, with chance in them, outlast a restart, and end", async () => {
  const name = newName();
  let database = await connected(name);
  await keepReport(database, around(clockAt(NOON)), PATIENT, rating("a"));
  const clock = clockAt(NOON);
  const broken = serverOf(() => json({ code: "server_error" }, 500));
  const here = around(clock, { fetch: broken.fetch });
  const pauses: (number | null)[] = [];
  for (let tries = 0; tries < 12; tries++) {
    const { ending, again } = await sync(database, here);
    expect(ending).toBe("later");
    pauses.push(again);
    database.close();
    database = await openStore(() => {}, { name }); // the phone was restarted
    clock.pass((again ?? 0) - 1);
    expect(await sync(database, here)).toEqual({ ending: "paused", stored: 0, again: 1 });
    clock.pass(1);
  }
  expect(pauses.map((pause) => (pause ?? 0) / 1000)).toEqual([
    5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600,
  ]);
  expect(broken.calls).toHaveLength(12);
  for (const [random, pause] of [
    [0, 2880],
    [1, 4320],
  ]) {
    const { again } = await sync(database, { ...here, random: () => random });
    expect(again).toBe(pause * 1000);
    clock.pass(again ?? 0);
  }
  expect(await sync(database, { ...here, fetch: saying().fetch })).toMatchObject({
    ending: "done",
    stored: 1,
  });
  await keepReport(database, here, PATIENT, rating("b"));
  expect((await sync(database, here)).again).toBe(5000); // and begin anew
});

test("a pause of a clock that was set back since is over", async () => {
  const database = await holding(rating("a"));
  const clock = clockAt(NOON);
  await sync(database, around(clock));
  clock.wall -= 400 * DAY;
  expect(await sync(database, around(clock, { fetch: saying().fetch }))).toMatchObject({
    ending: "done",
  });
});

test("a phone without a network keeps everything and tries again", async () => {
  const database = await holding(rating("a"));
  expect(await sync(database, around(clockAt(NOON)))).toEqual({
    ending: "later",
    stored: 0,
    again: 5000,
  });
  expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
});

test("a phone that calls too often waits as long as it is told, and some chance more", async () => {
  const database = await holding(rating("a"));
  const server = serverOf(() => json({ code: "throttled" }, 429, { "Retry-After": "40" }));
  const result = await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(result).toEqual({ ending: "later", stored: 0, again: 45_000 });
  expect((await syncState(database)).failures).toBe(0);
});

test("a phone whose access was ended calls no more, and sends all of it once it is connected again", async () => {
  const database = await holding(rating("a"));
  const server = serverOf(({ headers, body }) =>
    headers.get("Authorization") === "Bearer attune_second"
      ? json({ items: body.items.map((item) => outcome(item, "stored")) })
      : json({ code: "authentication_failed" }, 401),
  );
  const here = around(clockAt(NOON), { fetch: server.fetch });
  for (let tries = 0; tries < 3; tries++) {
    expect(await sync(database, here)).toEqual({ ending: "not-connected", stored: 0, again: null });
  }
  expect(server.calls).toHaveLength(1);
  expect((await keptDevice(database))?.ended).toBe(true);
  await keepDevice(database, { ...DEVICE, token: "attune_second" });
  expect(await sync(database, here)).toMatchObject({ ending: "done", stored: 1 });
});

test.each([400, 403, 404, 410, 415])(
  "after %s everything is kept, and it is told",
  async (status) => {
    const database = await holding(rating("a"));
    const server = serverOf(() => json({ code: "a_code" }, status));
    const result = await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
    expect(result).toEqual({ ending: "fault", stored: 0, again: HOUR });
    expect((await syncState(database)).fault).toEqual({ status, code: "a_code" });
    expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
  },
);

test("care that has ended is told by any call, and deletes nothing by itself", async () => {
  const database = await holding(rating("a"));
  const server = serverOf(() => json({ code: "consent_withdrawn" }, 403));
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect((await syncState(database)).careEnded).toBe(true);
  expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
});

test("a fault of the app is not swallowed", async () => {
  const database = await holding(rating("a"));
  const wrong = vi.fn(() => {
    throw new RangeError("a fault");
  });
  await expect(sync(database, around(clockAt(NOON), { random: wrong }))).rejects.toThrow(
    RangeError,
  );
});
