import { expect, test } from "vitest";
import type { Api } from "../src/api/client.ts";
import { refusalReport, reportRefusal } from "../src/model/refusing.ts";
import { type Refusal, renewModel } from "../src/model/renewing.ts";
import { itemOf, waitingAfter } from "../src/sync/outbox.ts";
import { around, clockAt, connected, NOON, PATIENT } from "./surroundings.ts";

const DIGEST = "9f".repeat(32);
const REFUSAL: Refusal = {
  outcome: "refused",
  reason: "wrong-content",
  version: 4,
  bundle: DIGEST,
  inUse: 3,
};

const phone = around(clockAt(NOON));
type Changes = Partial<Refusal>;

/** Which of these refusals, one after the other, were told. */
async function told(...refusals: Changes[]): Promise<boolean[]> {
  const database = await connected();
  const answers = [];
  for (const changes of refusals) {
    answers.push(await reportRefusal(database, phone, PATIENT, { ...REFUSAL, ...changes }));
  }
  expect(await waitingAfter(database, 0, 50)).toHaveLength(answers.filter(Boolean).length);
  return answers;
}

test("a report says what was refused, why, when, and what stays", async () => {
  const database = await connected();
  await reportRefusal(database, phone, PATIENT, REFUSAL);
  const [row] = await waitingAfter(database, 0, 1);
  expect(await itemOf(row)).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    kind: "model-refusal",
    refused_at: "2026-03-02T12:00:00.000Z",
    reason: "wrong-content",
    version: 4,
    base_sha256: DIGEST,
    in_use: 3,
  });
});

test("what could not be read is null, and what is no digest is not told", () => {
  const unread = { ...REFUSAL, version: null, bundle: null, inUse: null };
  expect(refusalReport(unread, NOON).body).toMatchObject({
    version: null,
    base_sha256: null,
    in_use: null,
  });
  const odd = refusalReport({ ...REFUSAL, bundle: "../me" }, NOON);
  expect(odd.body.base_sha256).toBeNull();
});

test("the same refusal is told once, however often the app tries", async () => {
  expect(await told({}, {}, {})).toEqual([true, false, false]);
});

test("another reason or version is told, and then not again", async () => {
  const changes: Changes[] = [{}, { reason: "wrong-size" }, { version: 5 }, {}, { version: 5 }];
  expect(await told(...changes)).toEqual([true, true, true, false, false]);
});

test("once another model is in use the same refusal is news", async () => {
  expect(await told({}, { inUse: 4 }, { inUse: 4 })).toEqual([true, true, false]);
});

test("another patient's phone knows nothing of what was told", async () => {
  const database = await connected();
  expect(await reportRefusal(database, phone, PATIENT, REFUSAL)).toBe(true);
  expect(await reportRefusal(database, phone, "another", REFUSAL)).toBe(true);
});

test("a record that is no base 64 is malformed, and nothing is known of it", async () => {
  const offered = { record: "%", base: { sha256: DIGEST, statement: "" } };
  const api = { get: async () => ({ body: offered, etag: null, at: null }) } as unknown as Api;
  expect(await renewModel(await connected(), api, PATIENT, 0)).toEqual({
    outcome: "refused",
    reason: "malformed",
    version: null,
    bundle: null,
    inUse: null,
  });
});
