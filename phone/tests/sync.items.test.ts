/** What becomes of an item by what the server says of it (docs/sync.md). */

import { expect, test } from "vitest";
import { history } from "../src/store/history.ts";
import { counts, setAside, throwAway } from "../src/sync/outbox.ts";
import { syncState, toldOfTheEnd } from "../src/sync/state.ts";
import { sync } from "../src/sync/sync.ts";
import { HOUR, holding, type Item, outcome, rating, SESSION, saying, sentIds } from "./reports.ts";
import { around, clockAt, json, NOON, PATIENT, serverOf } from "./surroundings.ts";

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

test("a row that was damaged stays, is not sent, and stands in the way of no other", async () => {
  const database = await holding(rating("a"), rating("b"));
  const [damaged] = await database.getAll("outbox");
  if (damaged.body.as !== "plain") damaged.body.bytes[0] ^= 1;
  await database.put("outbox", damaged);
  const server = saying(() => "stored");
  expect((await sync(database, around(clockAt(NOON), { fetch: server.fetch }))).stored).toBe(1);
  expect(server.calls.map(sentIds)).toEqual([["b"]]);
  expect(await counts(database)).toEqual({ waiting: 1, aside: 0 });
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
