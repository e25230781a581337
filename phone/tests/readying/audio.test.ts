import { afterEach, beforeEach, expect, test } from "vitest";
import { apiOf } from "../../src/api/client.ts";
import { allHeld, soundOf } from "../../src/audio/holding.ts";
import { type Ahead, fetchAhead } from "../../src/readying/audio.ts";
import type { Place } from "../../src/readying/place.ts";
import type { Database } from "../../src/store/schema.ts";
import { choose } from "../../src/store/settings.ts";
import { catalogueOf } from "../listening/cases.ts";
import { connected, DEVICE, json } from "../surroundings.ts";

const SIZE = 160_000; // bytes of each track: ten seconds, as estimated
const TRACKS = catalogueOf(5).tracks.map((track) => ({
  ...track,
  duration: 10,
  audio: `/api/v1/tracks/${track.id}/audio`,
}));

/** What the server does about single tracks, and what it was asked. */
const world = {
  cut: new Map<string, number>(),
  missing: new Set<string>(),
  asked: [] as string[],
  onAsked: (_: string) => {},
};
const place: Place & { spared: boolean; asked: number; quota: number | undefined } = {
  spared: false,
  asked: 0,
  quota: undefined,
  estimate: async () => (place.quota === undefined ? {} : { usage: 0, quota: place.quota }),
  async persist() {
    place.asked += 1;
    return false;
  },
  isToBeSpared: () => place.spared,
};
let database: Database;

beforeEach(async () => {
  Object.assign(world, { cut: new Map(), missing: new Set(), asked: [], onAsked: () => {} });
  Object.assign(place, { spared: false, asked: 0, quota: undefined });
  database = await connected();
});
afterEach(() => database.close());

const api = apiOf({
  origin: DEVICE.server,
  token: DEVICE.token,
  async fetch(address, init) {
    const track = String(address).split("/").at(-2) as string;
    const range = /^bytes=(\d+)-/.exec(new Headers(init?.headers).get("Range") ?? "");
    const from = Number(range?.[1] ?? 0);
    world.asked.push(`${track}${from > 0 ? ` from ${from}` : ""}`);
    world.onAsked(track);
    if (world.missing.has(track)) return json({ code: "not_found" }, 404);
    const end = world.cut.get(track) ?? SIZE;
    const body = new Uint8Array(Math.max(end - from, 0)).fill(Number(track));
    const part = { "Content-Range": `bytes ${from}-${SIZE - 1}/${SIZE}` };
    return new Response(body, {
      status: from > 0 ? 206 : 200,
      headers: { ETag: '"one"', "Content-Length": `${SIZE - from}`, ...(from > 0 ? part : {}) },
    });
  },
});

async function fetched(ids: string[], stop = new AbortController().signal) {
  const seen: Ahead[] = [];
  const useful = ids.map((id) => TRACKS[Number(id)]);
  const progress = (ahead: Ahead) => seen.push(ahead);
  return { ...(await fetchAhead(database, api, useful, { place, stop, at: 1, progress })), seen };
}

async function here(): Promise<string[]> {
  const held = await allHeld(database);
  return held.filter(({ whole }) => whole).map(({ track }) => track);
}

test("the most useful comes first, one after the other, and it is said how far it is", async () => {
  const music = await fetched(["2", "0", "1"]);
  expect(world.asked).toEqual(["2", "0", "1"]);
  expect(music).toMatchObject({ outcome: "done", here: 3, of: 3, bytes: 3 * SIZE });
  expect(music.seen.map((ahead) => ahead.here)).toEqual([0, 1, 2, 3, 3]);
  await fetched(["2", "0", "1"]);
  expect(world.asked).toHaveLength(3);
  expect(place.asked, "the browser is asked once to keep it").toBe(1);
});

test("what broke off goes on where it was, and what the server has no sound of is passed by", async () => {
  world.cut.set("1", 100_000);
  world.missing.add("0");
  const first = await fetched(["0", "1", "2"]);
  expect(first).toMatchObject({ outcome: "no-answer", here: 0 });
  world.cut.clear();
  const again = await fetched(["0", "1", "2"]);
  expect(again).toMatchObject({ outcome: "done", here: 2, of: 2 });
  expect(world.asked).toEqual(["0", "1", "0", "1 from 100000", "2"]);
  const sound = new Uint8Array(await ((await soundOf(database, "1")) as Blob).arrayBuffer());
  expect(sound).toEqual(new Uint8Array(SIZE).fill(1));
});

test("the budget is the patient's, or a quarter of the room, and the useless goes for the useful", async () => {
  await choose(database, "audioBudget", 2 * SIZE);
  await fetched(["0", "1", "2"]);
  expect(await here()).toEqual(["0", "1"]);
  const other = await fetched(["2", "1", "0"]);
  expect(await here()).toEqual(["1", "2"]);
  expect(other).toMatchObject({ outcome: "done", here: 2, of: 2 });
  place.quota = 4 * SIZE - 2 * SIZE; // beside what is here there is room for nothing more
  await fetched(["2", "1", "0"]);
  expect(await here()).toEqual(["2"]);
});

test("what is left of a track that is useless by now is given up", async () => {
  world.cut.set("0", 100_000);
  await fetched(["0"]);
  await fetched(["1"]);
  expect((await allHeld(database)).map(({ track }) => track)).toEqual(["1"]);
});

test("a connection that is to be spared is asked about first", async () => {
  place.spared = true;
  expect(await fetched(["0"])).toMatchObject({ outcome: "spared", here: 0, of: 1 });
  expect(world.asked).toEqual([]);
  await choose(database, "audioAnyway", true);
  expect(await fetched(["0"])).toMatchObject({ outcome: "done", here: 1 });
});

test("who stops it keeps what is whole", async () => {
  const stop = new AbortController();
  world.onAsked = (track) => track === "1" && stop.abort();
  const music = await fetched(["0", "1", "2"], stop.signal);
  expect(music.outcome).toBe("stopped");
  expect(await here()).toContain("0");
  expect(world.asked).not.toContain("2");
});

test("a full disk ends it, says so, and leaves room for other things", async () => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...given) {
    if (this.name === "parts" && (given[1] as [string])[0] === "1") {
      throw new DOMException("full", "QuotaExceededError");
    }
    return put.apply(this, given);
  };
  try {
    expect(await fetched(["0", "1", "2"])).toMatchObject({ outcome: "full", here: 1, of: 3 });
  } finally {
    IDBObjectStore.prototype.put = put;
  }
  expect((await allHeld(database)).map(({ track }) => track)).toEqual(["0"]);
});
