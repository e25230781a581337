/** What becomes of what waits, by every answer that docs/sync.md has a line for. */

import { expect, test, vi } from "vitest";
import type { Outcome } from "../src/api/calls.ts";
import { keepDevice, keptDevice } from "../src/store/device.ts";
import { history } from "../src/store/history.ts";
import { type Database, openStore } from "../src/store/schema.ts";
import { MOST_BYTES } from "../src/sync/batches.ts";
import { counts, keepReport, type Report, setAside, throwAway } from "../src/sync/outbox.ts";
import { syncState, toldOfTheEnd } from "../src/sync/state.ts";
import { surroundings } from "../src/sync/surroundings.ts";
import { sync } from "../src/sync/sync.ts";
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

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
type Item = Call["body"]["items"][number];

const SESSION: Report = {
  id: "session",
  kind: "session",
  body: { started_at: "2026-03-02T12:00:00Z" },
};

function rating(id: string, session: string | null = null, filler = ""): Report {
  return { id, kind: "mood-rating", session, body: { valence: 0.5, filler } };
}

function outcome({ id, kind }: Item, status: string, given: Partial<Outcome> = {}): Outcome {
  const may_delete = ["stored", "already-stored", "care-ended"].includes(status);
  return { id, kind, status, may_delete, code: "", detail: "", errors: [], ...given };
}

/** A server that says of every item what `status` says, and `null` of what it should store. */
function saying(status: (item: Item) => string | Outcome = () => "stored") {
  return serverOf(({ body }) =>
    json({
      items: body?.items.map((item) => {
        const said = status(item);
        return typeof said === "string" ? outcome(item, said) : said;
      }),
    }),
  );
}

async function holding(...reports: Report[]): Promise<Database> {
  const database = await connected();
  for (const report of reports) {
    await keepReport(database, around(clockAt(NOON)), PATIENT, report);
  }
  return database;
}

const sentIds = (call: Call) => call.body.items.map(({ id }) => id);

test("what is stored goes, in the order in which it was kept, with the token and the clock", async () => {
  const database = await holding(SESSION, rating("a", "session"), rating("b"));
  const server = saying(({ id }) => (id === "b" ? "already-stored" : "stored"));
  const result = await sync(database, around(clockAt(NOON + HOUR), { fetch: server.fetch }));
  expect(result).toEqual({ ending: "done", stored: 3, again: null });
  expect(await counts(database)).toEqual({ waiting: 0, aside: 0 });
  const [call] = server.calls;
  expect(call.headers.get("Authorization")).toBe("Bearer attune_first");
  expect(call.body).toEqual({
    sent_at: "2026-03-02T13:00:00.000Z",
    items: [
      { kind: "session", id: "session", started_at: "2026-03-02T12:00:00Z" },
      { kind: "mood-rating", id: "a", session: "session", valence: 0.5, filler: "" },
      { kind: "mood-rating", id: "b", session: null, valence: 0.5, filler: "" },
    ],
  });
  expect((await history(database, PATIENT)).map(({ id }) => id).sort()).toEqual([
    "a",
    "b",
    "session",
  ]);
});

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

test("an item waits for its session, which is in a later batch", async () => {
  const database = await holding(rating("early", "session"), SESSION);
  const there = new Set<unknown>();
  const server = saying(({ id, kind, session }) => {
    if (kind === "session") there.add(id);
    return session === undefined || there.has(session) ? "stored" : "waiting";
  });
  expect((await sync(database, around(clockAt(NOON), { fetch: server.fetch }))).stored).toBe(2);
  expect(server.calls.map(sentIds)).toEqual([["early", "session"], ["early"]]);
});

test("what is refused is set aside with its reason and what belongs to it, and stands in nobody's way", async () => {
  const database = await holding(SESSION, rating("of it", "session"), rating("free"));
  const errors = [{ pointer: "/started_at", detail: "Lies in the future." }];
  const refusing = saying((item) => {
    if (item.kind === "session") return outcome(item, "refused", { code: "invalid", errors });
    return item.session === null ? "stored" : "waiting";
  });
  const clock = clockAt(NOON);
  const here = around(clock, { fetch: refusing.fetch });
  expect(await sync(database, here)).toMatchObject({ ending: "done", stored: 1 });
  expect(await setAside(database)).toMatchObject([
    { id: "session", reason: { status: "refused", code: "invalid", errors } },
    { id: "of it", reason: { status: "waiting" } },
  ]);
  clock.pass(HOUR);
  await sync(database, here);
  expect(refusing.calls).toHaveLength(1); // no use so soon
  const other = saying();
  expect(await sync(database, { ...here, fetch: other.fetch, app: "2" })).toMatchObject({
    stored: 2,
  });
  expect(other.calls.map(sentIds)).toEqual([["session", "of it"]]);
});

test("who throws away a session that was refused throws away what belongs to it", async () => {
  const database = await holding(SESSION, rating("of it", "session"), rating("other", "another"));
  const server = saying(({ kind, session }) =>
    kind === "session" ? "refused" : session === "session" ? "waiting" : "refused",
  );
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(await counts(database)).toEqual({ waiting: 0, aside: 3 });
  const [{ place }] = await setAside(database);
  await throwAway(database, place);
  expect((await setAside(database)).map(({ id }) => id)).toEqual(["other"]);
});

test("what was set aside is tried once a day, for the server may have been updated", async () => {
  const database = await holding(rating("a"));
  const server = saying(() => "refused");
  const clock = clockAt(NOON);
  const here = around(clock, { fetch: server.fetch });
  for (let hours = 0; hours < 72; hours++) {
    await sync(database, here);
    clock.pass(HOUR);
  }
  expect(server.calls).toHaveLength(3);
  expect(await counts(database)).toEqual({ waiting: 0, aside: 1 });
  const [{ place }] = await setAside(database);
  await throwAway(database, place);
  expect(await counts(database)).toEqual({ waiting: 0, aside: 0 });
});

test("an id that is somebody else's is changed, wherever it stands, once", async () => {
  const ended = { ...SESSION, body: { ...SESSION.body, ended_at: "2026-03-02T12:20:00Z" } };
  const database = await holding(SESSION, rating("a", "session"), ended);
  const there = new Set<unknown>();
  const server = saying(({ id, kind, session }) => {
    if (id === "session") return "conflict";
    if (kind === "session") there.add(id);
    return kind === "session" || there.has(session) ? "stored" : "waiting";
  });
  expect(await sync(database, around(clockAt(NOON), { fetch: server.fetch }))).toMatchObject({
    stored: 3,
  });
  const [another] = [...there];
  expect(server.calls[1].body.items.map(({ id }) => id)).toEqual([another, another]);
  expect(there.size).toBe(1);
  const past = await history(database, PATIENT);
  expect(past.find(({ kind }) => kind === "session")?.id).toBe(another);
  expect(past.find(({ id }) => id === "a")?.session).toBe(another);

  const stubborn = await holding(rating("b"));
  const taken = saying(() => "conflict");
  await sync(stubborn, around(clockAt(NOON), { fetch: taken.fetch }));
  expect(taken.calls).toHaveLength(2);
  expect(await counts(stubborn)).toEqual({ waiting: 0, aside: 1 });
});

test("another content of the patient's own counts already, and ours is set aside", async () => {
  const database = await holding(rating("a"));
  const errors = [{ pointer: "/valence", detail: "Stored as 0.1, sent as 0.5." }];
  const server = saying((item) => outcome(item, "conflict", { errors }));
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect(server.calls).toHaveLength(1);
  expect(await setAside(database)).toMatchObject([{ id: "a", reason: { status: "conflict" } }]);
});

test("after the end of care what waits is deleted as the server says, and the patient is to be told", async () => {
  const database = await holding(rating("a"), rating("b"));
  const here = around(clockAt(NOON), { fetch: saying(() => "care-ended").fetch });
  expect(await sync(database, here)).toMatchObject({ ending: "done", stored: 0 });
  expect(await counts(database)).toEqual({ waiting: 0, aside: 0 });
  expect((await syncState(database)).careEnded).toBe(true);
  await toldOfTheEnd(database, here);
  expect((await syncState(database)).careEnded).toBe(false);
});

test.each(["retry", "stored-on-the-moon"])(
  "what is answered by %s is sent again, after a pause",
  async (status) => {
    const database = await holding(rating("a"), rating("b"));
    const server = saying((item) => (item.id === "a" ? outcome(item, status) : "stored"));
    const result = await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
    expect(result).toEqual({ ending: "later", stored: 1, again: 5000 });
    expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
  },
);

test.each([
  ["too few", () => []],
  ["of others", ([item]: Item[]) => [outcome({ ...item, id: "x" }, "stored")]],
  ["in another order", (items: Item[]) => items.map((item) => outcome(item, "stored")).reverse()],
  ["none", () => undefined],
])("outcomes that are %s delete nothing", async (_, items) => {
  const database = await holding(rating("a"), rating("b"));
  const server = serverOf(({ body }) => json({ items: items(body.items) }));
  expect(await sync(database, around(clockAt(NOON), { fetch: server.fetch }))).toMatchObject({
    ending: "later",
    stored: 0,
  });
  expect(await counts(database)).toEqual({ waiting: 2, aside: 0 });
});

test("the server's word is may_delete, whatever it calls it", async () => {
  const database = await holding(rating("a"), rating("b"));
  const server = saying((item) =>
    item.id === "a"
      ? outcome(item, "stored", { may_delete: false })
      : outcome(item, "merged", { may_delete: true }),
  );
  await sync(database, around(clockAt(NOON), { fetch: server.fetch }));
  expect((await database.getAll("outbox")).map(({ id }) => id)).toEqual(["a"]);
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

test("a fault of the app is not swallowed", async () => {
  const database = await holding(rating("a"));
  const wrong = vi.fn(() => {
    throw new RangeError("a fault");
  });
  await expect(sync(database, around(clockAt(NOON), { random: wrong }))).rejects.toThrow(
    RangeError,
  );
});
