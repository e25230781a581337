import { expect, test } from "vitest";
import { apiOf } from "../src/api/client.ts";
import { decide, sendDecisions, standingHere, toAskAgain } from "../src/consent/deciding.ts";
import {
  around,
  clockAt,
  connected,
  DEVICE,
  json,
  NOON,
  PATIENT,
  serverOf,
} from "./surroundings.ts";

const TEXT = { version: "1", language: "en" };
const STANDING = { consents: [{ scope: "care", given: null }] };

async function phone(answer: Parameters<typeof serverOf>[0]) {
  const [clock, server, database] = [clockAt(NOON), serverOf(answer), await connected()];
  const here = around(clock);
  return {
    ...server,
    database,
    standing: () => standingHere(database, PATIENT),
    decides: (scope: Parameters<typeof decide>[3], given: boolean) => {
      clock.pass(1000);
      return decide(database, here, PATIENT, scope, given, TEXT);
    },
    send: () => {
      const { server: origin, token } = DEVICE;
      return sendDecisions(database, here, apiOf({ origin, token, fetch: server.fetch }), PATIENT);
    },
  };
}

const told = (calls: { body: unknown }[]) =>
  calls.map(({ body }) => {
    const { scope, given } = body as { scope: string; given: boolean };
    return `${given ? "yes" : "no"} ${scope}`;
  });

test("every no goes before every yes, each in the order in which it was said", async () => {
  const { calls, decides, send } = await phone(() => json(STANDING, 201));
  await decides("experiments", true);
  await decides("pooled-learning", false);
  await decides("reminders", true);
  await decides("care", false);
  await send();
  expect(told(calls)).toEqual([
    "no pooled-learning",
    "no care",
    "yes experiments",
    "yes reminders",
  ]);
});

test("a no whose id is somebody else's is sent again under another, and is not lost", async () => {
  let refusals = 1;
  const { calls, decides, send, standing } = await phone(() =>
    refusals-- > 0 ? json({ code: "conflict" }, 409) : json(STANDING, 201),
  );
  await decides("care", false);
  await send();
  expect((await standing()).get("care")).toBe(false);
  await send();
  expect(told(calls)).toEqual(["no care", "no care"]);
  const [first, second] = calls.map(({ body }) => (body as unknown as { id: string }).id);
  expect(first).not.toBe(second);
});

test("what the server could not do now is kept as it was", async () => {
  const { decides, send, standing, database } = await phone(() => json({}, 503));
  await decides("care", false);
  await expect(send()).rejects.toThrow();
  expect((await standing()).get("care")).toBe(false);
  expect(await toAskAgain(database, PATIENT)).toEqual([]);
});

test("the server's word stands where nothing was decided since", async () => {
  const { decides, send, standing } = await phone(() =>
    json({ consents: [{ scope: "care", given: true }] }, 201),
  );
  await decides("care", true);
  await send();
  expect(await standing()).toEqual(new Map([["care", true]]));
});
