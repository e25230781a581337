/** Handing over while something else happens: other tabs, patients, clocks. */

import { expect, test } from "vitest";
import { keepDevice } from "../src/store/device.ts";
import { openStore } from "../src/store/schema.ts";
import { counts, keepReport } from "../src/sync/outbox.ts";
import { surroundings } from "../src/sync/surroundings.ts";
import { sync } from "../src/sync/sync.ts";
import {
  DAY,
  HOUR,
  holding,
  MINUTE,
  outcome,
  rating,
  SESSION,
  saying,
  sentIds,
} from "./reports.ts";
import {
  around,
  type Call,
  clockAt,
  connected,
  DEVICE,
  json,
  NOON,
  newName,
  PATIENT,
  serverOf,
} from "./surroundings.ts";

test("a session that ends while its beginning is on its way is sent again, and its end is not lost", async () => {
  const database = await holding(SESSION);
  const ended = { ...SESSION, body: { ...SESSION.body, ended_at: "2026-03-02T12:20:00Z" } };
  const here = around(clockAt(NOON));
  const server = serverOf(async ({ body }) => {
    if (server.calls.length === 1) await keepReport(database, here, PATIENT, ended);
    return json({ items: body.items.map((item) => outcome(item, "stored")) });
  });
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(server.calls.map(({ body }) => body.items[0].ended_at)).toEqual([
    undefined,
    "2026-03-02T12:20:00Z",
  ]);
  expect(await counts(database)).toEqual({ waiting: 0, aside: 0 });
});

test("what a patient before reported is not sent with another's token", async () => {
  const database = await holding(rating("first"));
  await keepDevice(database, { ...DEVICE, patientId: "other", token: "attune_second" });
  await keepReport(database, around(clockAt(NOON)), "other", rating("second"));
  const server = saying();
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(server.calls.map(sentIds)).toEqual([["second"]]);
  expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
});

test("two tabs do not send the same at once", async () => {
  const name = newName();
  const [one, two] = [await connected(name), await openStore(() => {}, { name })];
  await keepReport(one, around(clockAt(NOON)), PATIENT, rating("a"));
  const server = serverOf(async ({ path, body }) => {
    if (path === "/api/v1/me") return json({});
    await new Promise((resolve) => setTimeout(resolve, 20));
    return json({ items: body.items.map((item) => outcome(item, "stored")) });
  });
  const tab = () => ({ ...surroundings("1", async () => false), fetch: server.fetch });
  const endings = await Promise.all([sync(one, tab()), sync(two, tab())]);
  expect(endings.map(({ ending }) => ending).sort()).toEqual(["done", "elsewhere"]);
  expect(server.calls.filter(({ path }) => path === "/api/v1/sync")).toHaveLength(1);
});

test("two tabs without locks send twice, and lose nothing that was kept meanwhile", async () => {
  const name = newName();
  const [one, two] = [await connected(name), await openStore(() => {}, { name })];
  const kept = ["a"];
  const keep = (id: string) => keepReport(two, around(clockAt(NOON)), PATIENT, rating(id));
  await keep("a");
  const there = new Set<string>();
  const server = serverOf(async ({ body }) => {
    const call = server.calls.length;
    if (call <= 4) await keep(kept[kept.push(`during ${call}`) - 1]);
    const status = (id: string) => (there.has(id) ? "already-stored" : "stored");
    const items = body.items.map((item) => outcome(item, call === 2 ? "retry" : status(item.id)));
    for (const { id, may_delete } of items) if (may_delete) there.add(id as string);
    return json({ items });
  });
  const here = around(clockAt(NOON), { fetch: server.fetch });
  await Promise.all([sync(one, here), sync(two, here)]);
  const waiting = (await one.getAll("outbox")).map(({ id }) => id);
  expect(new Set([...there, ...waiting])).toEqual(new Set(kept));
});

test("items of another clock are sent by that clock, in batches of their own", async () => {
  const database = await connected();
  const clock = clockAt(NOON);
  let truth = NOON; // the server's clock
  const server = serverOf(({ path, body }) => {
    const headers = { Date: new Date(truth).toUTCString() };
    if (path === "/api/v1/me") return json({}, 200, headers);
    return json({ items: body.items.map((item) => outcome(item, "stored")) }, 200, headers);
  });
  const here = around(clock, { fetch: server.fetch });
  await keepReport(database, here, PATIENT, rating("first"));
  await sync(database, here);
  await keepReport(database, here, PATIENT, SESSION);
  await keepReport(database, here, PATIENT, rating("before"));
  clock.wall += 2 * DAY; // is set
  clock.pass(10 * MINUTE);
  truth += 10 * MINUTE;
  await keepReport(database, here, PATIENT, rating("after"));
  const ended_at = new Date(clock.wall).toISOString();
  await keepReport(database, here, PATIENT, { ...SESSION, body: { ...SESSION.body, ended_at } });
  await sync(database, here);
  expect(
    server.calls
      .slice(1)
      .map(({ path, body }) => [path, body?.sent_at, body && sentIds({ path, body } as Call)]),
  ).toEqual([
    ["/api/v1/me", undefined, undefined],
    ["/api/v1/sync", "2026-03-02T12:10:00.000Z", ["session", "before"]],
    ["/api/v1/sync", "2026-03-04T12:10:00.000Z", ["after"]],
    ["/api/v1/sync", "2026-03-02T12:10:00.000Z", ["session"]],
  ]);
  expect(server.calls.at(-1)?.body.items[0].ended_at).toBe("2026-03-02T12:10:00.000Z");
});

test("the end of a session is the same however often it is sent", async () => {
  const database = await connected();
  const clock = clockAt(NOON);
  let late = 0; // the server's clock is never heard twice alike
  const server = serverOf(({ path, body }) => {
    late += 1000;
    const headers = {
      Date: new Date(NOON + clock.steady - clockAt(NOON).steady + late).toUTCString(),
    };
    if (path === "/api/v1/me") return json({}, 200, headers);
    return json({ items: body.items.map((item) => outcome(item, "retry")) }, 200, headers);
  });
  const here = around(clock, { fetch: server.fetch });
  await keepReport(database, here, PATIENT, SESSION);
  await sync(database, here);
  clock.wall += 2 * DAY;
  clock.pass(10 * MINUTE);
  const ended_at = new Date(clock.wall).toISOString();
  await keepReport(database, here, PATIENT, { ...SESSION, body: { ...SESSION.body, ended_at } });
  for (let tries = 0; tries < 3; tries++) {
    await sync(database, here);
    clock.pass(HOUR);
  }
  const ends = server.calls
    .flatMap(({ body }) => body?.items ?? [])
    .filter((item) => item.ended_at);
  expect(ends).toHaveLength(3);
  expect(new Set(ends.map((item) => String(item.ended_at))).size).toBe(1);
  const off = Date.parse(String(ends[0].ended_at)) - (NOON + 10 * MINUTE);
  expect(Math.abs(off)).toBeLessThan(5000);
});
