import "fake-indexeddb/auto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Api, apiOf } from "../src/api/client.ts";
import { NoAnswer, Problem } from "../src/api/problems.ts";
import { estimatedBytes, type Held, toHold } from "../src/audio/choosing.ts";
import { fetchSound } from "../src/audio/fetching.ts";
import {
  allHeld,
  giveUp,
  giveUpOldest,
  heldAudio,
  noteUse,
  soundOf,
} from "../src/audio/holding.ts";
import { type Database, openStore } from "../src/store/schema.ts";
import { newName } from "./surroundings.ts";

const SOUND = Uint8Array.from({ length: 1_000_000 }, (_, place) => (place * 7) % 251);
const TRACK = { track: "a", address: "/api/v1/tracks/a/audio" };

/** What the server has, how many bytes it gives before the line breaks, and what it was asked. */
const world = {
  sound: SOUND,
  etag: '"one"',
  cut: Number.POSITIVE_INFINITY,
  ranges: [] as string[],
};
let [server, api, database] = [null as unknown as Server, {} as Api, {} as Database];

function serve(request: IncomingMessage, answer: ServerResponse): void {
  const range = request.headers.range ?? "";
  world.ranges.push(range);
  if (request.url !== TRACK.address || request.headers.authorization !== "Bearer attune_x") {
    answer.writeHead(404).end();
    return;
  }
  const isSame = request.headers["if-range"] === world.etag;
  const first = isSame ? Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0) : 0;
  const total = world.sound.length;
  if (first >= total) {
    answer.writeHead(416, { "Content-Range": `bytes */${total}` }).end();
    return;
  }
  const headers = { "Content-Type": "audio/ogg", ETag: world.etag };
  const part = { "Content-Range": `bytes ${first}-${total - 1}/${total}` };
  answer.writeHead(first ? 206 : 200, {
    ...headers,
    ...(first ? part : {}),
    "Content-Length": total - first,
  });
  const end = Math.min(total, first + world.cut);
  answer.write(world.sound.subarray(first, end), () => {
    if (end < total) answer.destroy();
    else answer.end();
  });
}

beforeEach(async () => {
  Object.assign(world, { sound: SOUND, etag: '"one"', cut: Number.POSITIVE_INFINITY, ranges: [] });
  server = createServer(serve).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  api = apiOf({ origin, token: "attune_x", fetch });
  database = await openStore(() => {}, { name: newName() });
});
afterEach(() => {
  database.close();
  server.close();
});

async function fetched(sound = TRACK, at = 1): Promise<number[]> {
  const seen: number[] = [];
  const stop = new AbortController().signal;
  await fetchSound(database, api, sound, (bytes) => seen.push(bytes), { at, stop });
  return seen;
}

async function held(track = "a"): Promise<Uint8Array | null> {
  const sound = await soundOf(database, track);
  return sound && new Uint8Array(await sound.arrayBuffer());
}

test("a track's sound comes whole, with its progress, and is not fetched twice", async () => {
  const seen = await fetched();
  expect(seen.at(-1)).toBe(SOUND.length);
  expect(seen.length).toBeGreaterThan(1);
  expect(await held()).toEqual(SOUND);
  expect((await soundOf(database, "a"))?.type).toBe("audio/ogg");
  expect(await fetched()).toEqual([]);
  expect(world.ranges).toHaveLength(1);
});

test("a download that breaks off goes on where it was, as often as it takes", async () => {
  world.cut = 300_000;
  const begun = [0]; // where each try had to begin: what the broken line lost is not counted as here
  while ((begun.at(-1) as number) + world.cut < SOUND.length) {
    await expect(fetched()).rejects.toThrow(NoAnswer);
    expect(await held(), "what is not whole is not played").toBeNull();
    begun.push((await heldAudio(database, "a"))?.bytes ?? 0);
  }
  await fetched();
  expect(await held()).toEqual(SOUND);
  expect(begun.length).toBeGreaterThan(3);
  expect(world.ranges).toEqual(["", ...begun.slice(1).map((first) => `bytes=${first}-`)]);
});

test("where the file is another by now it comes whole, and nothing of the old one stays", async () => {
  world.cut = 300_000;
  await expect(fetched()).rejects.toThrow(NoAnswer);
  Object.assign(world, { sound: SOUND.slice().reverse(), etag: '"two"', cut: 1e9 });
  await fetched();
  expect(await held()).toEqual(world.sound);
});

test("a rest beyond the end of the file begins anew", async () => {
  world.cut = 300_000;
  await expect(fetched()).rejects.toThrow(NoAnswer);
  Object.assign(world, { sound: SOUND.slice(0, 200_000), cut: 1e9 });
  await fetched();
  expect(await held()).toEqual(world.sound);
});

test("who stops it keeps what came", async () => {
  const control = new AbortController();
  const given = { at: 1, stop: control.signal };
  const fetching = fetchSound(database, api, TRACK, () => control.abort(), given);
  await expect(fetching).rejects.toThrow(NoAnswer);
  expect((await heldAudio(database, "a"))?.bytes).toBeGreaterThan(0);
  await fetched();
  expect(await held()).toEqual(SOUND);
});

test("a track without sound is a refusal, and nothing is kept of it", async () => {
  const other = { track: "b", address: "/api/v1/tracks/b/audio" };
  await expect(fetched(other)).rejects.toThrow(Problem);
  expect(await allHeld(database)).toEqual([]);
});

test("what was played longest ago is given up first", async () => {
  await fetched(TRACK, 1);
  await fetched({ ...TRACK, track: "b" }, 2);
  await noteUse(database, "a", 3);
  expect(await giveUpOldest(database)).toBe(true);
  expect((await allHeld(database)).map(({ track }) => track)).toEqual(["a"]);
  await giveUp(database, ["a"]);
  expect(await database.count("parts")).toBe(0);
  expect(await giveUpOldest(database)).toBe(false);
});

const here = (track: string, bytes: number, usedAt = 0): Held => ({ track, bytes, usedAt });
const want = (track: string, bytes: number) => ({ track, bytes });

test("the most useful tracks that fit are fetched in their order", () => {
  const wanted = [want("a", 40), want("b", 70), want("c", 50), want("d", 20)];
  expect(toHold(wanted, [here("c", 50)], 100)).toEqual({ fetch: ["a"], evict: [] });
  expect(toHold(wanted, [], 1000).fetch).toEqual(["a", "b", "c", "d"]);
  expect(toHold(wanted, [], 0)).toEqual({ fetch: [], evict: [] });
});

test("given up is as little as makes room, the useless and long unused first", () => {
  const kept = [here("x", 30, 2), here("y", 30, 1), here("b", 30, 0)];
  const wanted = [want("a", 40), want("b", 30)];
  expect(toHold(wanted, kept, 100)).toEqual({ fetch: ["a"], evict: ["y"] });
  expect(toHold(wanted, kept, 70)).toEqual({ fetch: ["a"], evict: ["y", "x"] });
  expect(toHold(wanted, kept, 40)).toEqual({ fetch: ["a"], evict: ["y", "x", "b"] });
});

test("a track whose length nobody knows is taken for a usual one", () => {
  expect(estimatedBytes(null)).toBe(estimatedBytes(240));
  expect(estimatedBytes(60)).toBe(960_000);
});
