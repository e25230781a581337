// A phone that makes itself ready for weeks without a network, from the real server, told what to do by a line
// of JSON on stdin each. What goes wrong on the way is said with the call.

import "../../phone/node_modules/fake-indexeddb/auto/index.mjs";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { apiOf } from "../../phone/src/api/client.ts";
import { Problem } from "../../phone/src/api/problems.ts";
import { giveUpOldest } from "../../phone/src/audio/holding.ts";
import { begin, finish, openSession, planAnew } from "../../phone/src/listening/session.ts";
import { modelThread } from "../../phone/src/model/serving.ts";
import { serversNow } from "../../phone/src/readying/clock.ts";
import { patientModel } from "../../phone/src/readying/model.ts";
import { makeReady } from "../../phone/src/readying/renewing.ts";
import { openingOf, toChooseFrom, warm } from "../../phone/src/readying/session.ts";
import { judgedTracks, keptAnswer } from "../../phone/src/store/answers.ts";
import { keepDevice, keptDevice } from "../../phone/src/store/device.ts";
import { keptModel } from "../../phone/src/store/model.ts";
import { seal, unseal } from "../../phone/src/store/sealing.ts";
import { openStore } from "../../phone/src/store/schema.ts";
import { keepReport } from "../../phone/src/sync/outbox.ts";
import { surroundings } from "../../phone/src/sync/surroundings.ts";
import { sync } from "../../phone/src/sync/sync.ts";

const DAY = 86_400_000;
const database = await openStore(() => {});
const world = { ahead: 0, asked: [], flip: null, fail: null, page: null, lose: null, cut: null };
const around = {
  ...surroundings("1", () => giveUpOldest(database)),
  clock: () => ({ wall: Date.now() + world.ahead, steady: Date.now(), page: "first" }),
  fetch: fetchInWorld,
};
const thread = modelThread();
let model = patientModel(database, thread, () => serversNow(database, around));
let playing = null;

/** Each of `flip`, `fail`, `page`, `lose` and `cut` is the beginning of the paths that it befalls. */
async function fetchInWorld(address, init) {
  const { pathname } = new URL(address);
  world.asked.push(pathname);
  const is = (what) => world[what] !== null && pathname.startsWith(world[what]);
  if (is("lose")) throw new TypeError("no network");
  if (is("fail")) return new Response("<h1>Out of order</h1>", { status: 503 });
  if (is("page")) {
    return new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html" } });
  }
  const answer = await fetch(address, init);
  if (answer.status === 304 || !(is("flip") || is("cut"))) return answer;
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (is("flip")) bytes[Math.floor(bytes.length / 2)] ^= 1;
  const { status, headers } = answer;
  return new Response(is("cut") ? bytes.slice(0, bytes.length / 2) : bytes, { status, headers });
}

async function report(kind, fields, session, id = crypto.randomUUID()) {
  const { patientId } = await keptDevice(database);
  const named = kind === "session" ? {} : { session };
  await keepReport(database, around, patientId, { id, kind, ...named, body: fields });
  return id;
}

const now = () => new Date(Date.now() + world.ahead).toISOString();
const place = { estimate: async () => ({}), persist: async () => true, isToBeSpared: () => false };

const CALLS = {
  async connect(device) {
    await keepDevice(database, { patientCode: "", clinicName: "", ended: false, ...device });
  },
  async ready(wrong) {
    Object.assign(world, { flip: null, fail: null, page: null, lose: null, cut: null }, wrong);
    world.asked = [];
    const { server, token } = await keptDevice(database);
    const api = apiOf({ origin: server, token, fetch: around.fetch });
    const seen = [];
    const stop = new AbortController().signal;
    const progress = (step) => seen.push(step);
    const ready = await makeReady(database, around, api, progress, {
      music: { model, place, stop },
    });
    const short = ({ outcome, reason, music }) => reason ?? music?.outcome ?? outcome;
    const steps = Object.entries(ready).map(([step, came]) => [step, short(came)]);
    return { ...Object.fromEntries(steps), seen, music: ready.music.music ?? ready.music.outcome };
  },
  async kept() {
    const [catalogue, plan] = [
      await keptAnswer(database, "catalogue"),
      await keptAnswer(database, "plan"),
    ];
    const judged = [...(await judgedTracks(database))];
    const { ended } = await keptDevice(database);
    return { tracks: catalogue?.tracks.length ?? 0, plan: plan?.version ?? 0, judged, ended };
  },
  async standing() {
    const standing = await model.standing();
    if (standing.state !== "ready") return standing;
    const { version, expires, model: open } = standing.inUse;
    return { state: "ready", version, expires, vector: [...open.vector] };
  },
  async keptVector() {
    return [...(await keptModel(database)).vector];
  },
  async asked() {
    return world.asked.splice(0);
  },
  async restart() {
    model = patientModel(database, thread, () => serversNow(database, around));
  },
  async pass({ days }) {
    world.ahead += days * DAY;
  },
  /** One bit of the kept bundle or record is another. */
  async damage({ what }) {
    const row = await database.get("model", "current");
    if (what === "record") {
      const { record, statement } = await unseal(row.messages);
      record[60] ^= 1;
      const messages = await seal({ record, statement });
      await database.put("model", { ...row, messages }, "current");
      return;
    }
    const archive = await database.get("bundles", row.bundle);
    archive[500] ^= 1;
    await database.put("bundles", archive, row.bundle);
  },
  /** A sitting: mood, tracks that are liked so much, mood; the model knows each rating at once. */
  async sit({ likings }) {
    const session = await report("session", { plan: null, started_at: now() });
    const mood = async (phase, valence) => {
      await report("mood-rating", { phase, valence, arousal: -valence, rated_at: now() }, session);
      await model.rated(session);
    };
    await mood("before", -0.5);
    const vectors = [];
    for (const [track, liking] of likings) {
      await report("track-rating", { track, liking, rated_at: now() }, session);
      await model.rated(session);
      vectors.push((await CALLS.standing()).vector);
    }
    await mood("after", 0.5);
    return vectors;
  },
  async sync() {
    return sync(database, around);
  },
  /** Opens a session, or goes on with the one that plays: its tracks, and by which model. */
  async play({ first = true }) {
    if (first) {
      const standing = await model.take();
      if (standing.state !== "ready") return standing;
      const at = Date.now() + world.ahead;
      const { patientId } = await keptDevice(database);
      await warm(database, patientId, at);
      const begun = performance.now();
      const opening = await openingOf(database, patientId, { mood: [-0.5, 0.5], at, seed: 1 });
      const session = await openSession(standing.inUse.model, opening);
      playing = { ...standing, session, ms: performance.now() - begun };
    } else {
      const { session, inUse } = playing;
      playing.session = await planAnew(inUse.model, finish(begin(session)), 2);
    }
    const { session, inUse, ms } = playing;
    const tracks = session.choices.map(({ row }) => session.tracks[row]);
    return { version: inUse.version, tracks, ms };
  },
  async over() {
    await model.giveBack(playing.inUse);
  },
  async choose() {
    const { patientId } = await keptDevice(database);
    return (await toChooseFrom(database, patientId, Date.now())).map(({ id }) => id);
  },
};

for await (const line of createInterface({ input: stdin })) {
  const { call, ...given } = JSON.parse(line);
  try {
    stdout.write(`${JSON.stringify((await CALLS[call](given)) ?? null)}\n`);
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    stdout.write(`${JSON.stringify({ thrown: problem.status })}\n`);
  }
}
