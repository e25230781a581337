import { expect, test } from "vitest";
import { apiOf } from "../../src/api/client.ts";
import { NoAnswer } from "../../src/api/problems.ts";
import { answersOf } from "../../src/readying/answers.ts";
import { BadAnswer, checkAnswer } from "../../src/readying/shapes.ts";
import { sha256 } from "../../src/signing/verify.ts";
import { judgedTracks, keptAnswer, refresh } from "../../src/store/answers.ts";
import { endCare } from "../../src/store/device.ts";
import type { Database } from "../../src/store/schema.ts";
import { seal, unseal } from "../../src/store/sealing.ts";
import { catalogueOf, PLAN } from "../listening/cases.ts";
import { connected, DEVICE, serverOf } from "../surroundings.ts";

/** A server that answers with this text, its digest, and 304 where the phone has it. */
function serving(text: string, said = text) {
  return serverOf(async ({ headers }) => {
    const digest = await sha256(new TextEncoder().encode(said));
    const etag = `"${digest}"`;
    if (headers.get("If-None-Match") === etag) return new Response(null, { status: 304 });
    const base64 = Buffer.from(digest, "hex").toString("base64");
    const type = { "Content-Type": "application/json" };
    return new Response(text, {
      headers: { ...type, ETag: etag, "Repr-Digest": `sha-256=:${base64}:` },
    });
  });
}

function apiTo({ fetch }: ReturnType<typeof serverOf>) {
  return apiOf({ origin: DEVICE.server, token: "attune_first", fetch });
}

const asked = { check: (body: unknown) => checkAnswer("catalogue", body) };

async function withCatalogue(tracks = 3): Promise<Database> {
  const database = await connected();
  await refresh(database, apiTo(serving(JSON.stringify(catalogueOf(tracks)))), "catalogue", asked);
  return database;
}

test("of every answer in which one bit is another the last good one stays", async () => {
  const database = await withCatalogue();
  const good = new TextEncoder().encode(JSON.stringify(catalogueOf(2)));
  for (let place = 0; place < good.length; place += 7) {
    const flipped = Uint8Array.from(good);
    flipped[place] ^= 1 << (place % 8);
    const text = new TextDecoder().decode(flipped);
    const server = serving(text, JSON.stringify(catalogueOf(2)));
    await expect(refresh(database, apiTo(server), "catalogue", asked)).rejects.toThrow(NoAnswer);
  }
  expect(await keptAnswer(database, "catalogue")).toEqual(catalogueOf(3));
});

test("an answer that is whole, and not what it should be, is refused", async () => {
  const database = await withCatalogue();
  const api = apiTo(serving('{"tracks": []}'));
  await expect(refresh(database, api, "catalogue", asked)).rejects.toThrow(BadAnswer);
  expect(await keptAnswer(database, "catalogue")).toEqual(catalogueOf(3));
});

test("what was kept and is another by now counts as never heard, and is fetched anew", async () => {
  const database = await withCatalogue();
  const row = await database.get("answers", "catalogue");
  if (row === undefined) throw new Error("Nothing is kept.");
  const changed = { ...(await unseal(row)), body: catalogueOf(3, { 1: { key: "another" } }) };
  await database.put("answers", await seal(changed), "catalogue");
  expect(await keptAnswer(database, "catalogue")).toBeUndefined();
  const server = serving(JSON.stringify(catalogueOf(3)));
  expect(await refresh(database, apiTo(server), "catalogue", asked)).toBe(true);
  expect(server.calls[0].headers.has("If-None-Match")).toBe(false);
});

test("a plan is judged for the tracks that were here when it was answered, also by 304", async () => {
  const database = await withCatalogue();
  const server = serving(JSON.stringify(PLAN));
  const of = (...judged: string[]) => refresh(database, apiTo(server), "plan", { judged });
  expect(await of("0", "1")).toBe(true);
  expect([...(await judgedTracks(database))]).toEqual(["0", "1"]);
  expect(await of("0", "1", "2")).toBe(false);
  expect([...(await judgedTracks(database))]).toEqual(["0", "1", "2"]);
  const broken = apiTo(serverOf(() => new Response("<h1>Welcome</h1>", { status: 200 })));
  await expect(refresh(database, broken, "plan", { judged: ["9"] })).rejects.toThrow(NoAnswer);
  expect([...(await judgedTracks(database))]).toEqual(["0", "1", "2"]);
});

test("answers stay in memory until another is kept, or all go", async () => {
  const database = await withCatalogue();
  const { catalogue } = await answersOf(database);
  expect((await answersOf(database)).catalogue).toBe(catalogue);
  await refresh(database, apiTo(serving(JSON.stringify(catalogueOf(5)))), "catalogue", asked);
  expect((await answersOf(database)).catalogue?.tracks).toHaveLength(5);
  await endCare(database);
  expect(await answersOf(database)).toEqual({ catalogue: null, prescription: null });
});
