// A phone that asks the real server for its model, told what to do by a line of JSON on stdin each. What a
// thief between them does to an answer is said with the call.

import "../../phone/node_modules/fake-indexeddb/auto/index.mjs";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { apiOf } from "../../phone/src/api/client.ts";
import { renewModel, trustListed } from "../../phone/src/model/renewing.ts";
import { keptModel } from "../../phone/src/store/model.ts";
import { openStore } from "../../phone/src/store/schema.ts";

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
