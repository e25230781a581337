// A phone that asks the real server for its model, told what to do by a line of JSON on stdin each. What a
// thief between them does to an answer is said with the call.

import "../../phone/node_modules/fake-indexeddb/auto/index.mjs";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { apiOf } from "../../phone/src/api/client.ts";
import { reportRefusal } from "../../phone/src/model/refusing.ts";
import { renewModel, trustListed } from "../../phone/src/model/renewing.ts";
import { keepDevice } from "../../phone/src/store/device.ts";
import { keptModel } from "../../phone/src/store/model.ts";
import { openStore } from "../../phone/src/store/schema.ts";
import { sync } from "../../phone/src/sync/sync.ts";

const database = await openStore(() => {});
const asked = [];

/** `flip`: the path of the answer of which one byte is another. */
function apiTo({ server, token, flip }) {
  return apiOf({
    origin: server,
    token,
    async fetch(address, init) {
      const { pathname } = new URL(address);
      asked.push([pathname, new Headers(init.headers).has("Authorization")]);
      const answer = await fetch(address, init);
      if (flip === undefined || !pathname.startsWith(flip)) return answer;
      const { status, headers } = answer;
      if (pathname.includes("/bases/")) {
        const bytes = new Uint8Array(await answer.arrayBuffer());
        bytes[500] ^= 1;
        return new Response(bytes, { status, headers });
      }
      const body = await answer.json();
      const record = Buffer.from(body.record, "base64");
      record[40] ^= 1;
      return new Response(JSON.stringify({ ...body, record: record.toString("base64") }), {
        status,
        headers: { "Content-Type": "application/json" },
      });
    },
  });
}

const around = {
  clock: () => ({ wall: Date.now(), steady: performance.now(), page: "one" }),
  random: Math.random,
  alone: (_, work) => work(),
  fetch,
  more: async () => false,
  app: "1",
};

const CALLS = {
  async trust(given) {
    await trustListed(database, apiTo(given));
  },
  async renew(given) {
    const now = Math.floor(Date.now() / 1000) + (given.ahead ?? 0);
    try {
      return await renewModel(database, apiTo(given), given.patient, now);
    } catch (problem) {
      return { thrown: problem.constructor.name, status: problem.status ?? null };
    }
  },
  /** Ask, tell the server what was refused, and hand over. */
  async renewAndTell({ server, token, patient, ...given }) {
    const device = { patientCode: "-", clinicName: "-", origin: "simulated", ended: false };
    await keepDevice(database, { server, token, patientId: patient, ...device });
    const renewal = await CALLS.renew({ server, token, patient, ...given });
    const told =
      renewal.outcome === "refused" && (await reportRefusal(database, around, patient, renewal));
    return { ...renewal, told, ending: (await sync(database, around)).ending };
  },
  async kept() {
    const model = await keptModel(database);
    return model === undefined ? null : { version: model.version, vector: [...model.vector] };
  },
  async asked() {
    return asked.splice(0);
  },
};

for await (const line of createInterface({ input: stdin })) {
  const { call, ...given } = JSON.parse(line);
  stdout.write(`${JSON.stringify((await CALLS[call](given)) ?? null)}\n`);
}
