// A phone with the store and the sync of phone/src in a made-up world, told what to do by a line of JSON on
// stdin each: {"call": name, …}. Answers each with a line of JSON.

import "../../phone/node_modules/fake-indexeddb/auto/index.mjs";
import { createInterface } from "node:readline";
import { stdin, stdout } from "node:process";
import { decide, standingHere, toAskAgain } from "../../phone/src/consent/deciding.ts";
import { endCare, forgetOthers, keptDevice } from "../../phone/src/store/device.ts";
import { Problem } from "../../phone/src/api/problems.ts";
import { openStore } from "../../phone/src/store/schema.ts";
import { moodNotSaid, sessionBegun } from "../../phone/src/sessions/reports.ts";
import { connect } from "../../phone/src/sync/connect.ts";
import { counts, keepReport, setAside } from "../../phone/src/sync/outbox.ts";
import { lookAtClocks, syncState } from "../../phone/src/sync/state.ts";
import { surroundings } from "../../phone/src/sync/surroundings.ts";
import { sync } from "../../phone/src/sync/sync.ts";

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

// The world: `ahead` of the real time, so that weeks can pass; and what is wrong with the phone's clocks.
const world = { ahead: 0, wrong: 0, asleep: 0, page: 0, app: "1" };
const truth = () => Date.now() + world.ahead;
const database = await openStore(() => {});

/** The server's clock is the world's as well: while weeks pass here, it says so. */
async function fetchInWorld(...given) {
  const answer = await fetch(...given);
  const headers = new Headers(answer.headers);
  if (headers.has("Date")) headers.set("Date", new Date(truth()).toUTCString());
  const { status } = answer;
  return new Response(status === 304 ? null : await answer.text(), { status, headers });
}

function around(given = {}) {
  return {
    ...surroundings(world.app, async () => false),
    clock: () => ({
      wall: truth() + world.wrong,
      steady: truth() - world.asleep,
      page: String(world.page),
    }),
    fetch: fetchInWorld,
    ...given,
  };
}

const gathered = []; // everything that happened: kind, id, and when it was in truth

async function report(kind, fields, { id = crypto.randomUUID(), session, at }) {
  const { patientId } = await keptDevice(database);
  const body = { ...fields, [at]: new Date(truth() + world.wrong).toISOString() };
  await keepReport(database, around(), patientId, {
    id,
    kind,
    ...(session === undefined ? {} : { session }),
    body,
  });
  if (!gathered.some((item) => item.id === id)) gathered.push({ kind, id, at, truth: truth() });
  return { id, body };
}

/** A sitting of five minutes a track, with everything that there is to report. */
async function sit(tracks, set = 0) {
  const { id: session, body } = await report("session", { plan: null }, { at: "started_at" });
  const mood = (phase) => {
    const fields = { phase, valence: Math.sin(truth()), arousal: Math.cos(truth()) };
    return report("mood-rating", fields, { session, at: "rated_at" });
  };
  await mood("before");
  const numbers = ["mood_valence", "mood_arousal", "target_valence", "target_arousal"];
  const pairs = { waypoint: [0.1, -0.2], predicted: [0.1, -0.2], deviation: [0.2, 0.2] };
  const entries = tracks.map((track, position) => {
    return { position, track, log_probability: -1.5, ...pairs };
  });
  const log = { model_version: 1, package_sha256: "9f".repeat(32), seed: 2 ** 53 - 1, entries };
  for (const name of numbers) log[name] = 0.25;
  await report("playlist-log", log, { session, at: "made_at" });
  for (const [position, track] of tracks.entries()) {
    const play = { track, position, seconds_heard: 300, ending: "finished" };
    await report("track-play", play, { session, at: "started_at" });
    world.ahead += 5 * MINUTE;
    await report("track-rating", { track, liking: 4, familiarity: 2 }, { session, at: "rated_at" });
  }
  world.wrong += set * HOUR;
  await mood("after");
  const end = { ...body, ending: "completed" };
  await report("session", end, { id: session, at: "ended_at" });
}

const CALLS = {
  async connect({ server, code }) {
    try {
      return { ofOthers: (await connect(database, around(), server, code, "a phone")).ofOthers };
    } catch (problem) {
      if (problem instanceof Problem) return { status: problem.status, code: problem.code };
      return { unheard: problem.constructor.name };
    }
  },
  /** Days of two sittings each and one that was not held; the page is opened every day, and sleeps. */
  async live({ days, tracks }) {
    for (let day = 0; day < days; day++) {
      const morning = truth();
      world.page += 1;
      await lookAtClocks(database, around());
      await sit(tracks);
      world.ahead += HOUR;
      world.asleep += HOUR;
      await sit(tracks);
      const offered = { outcome: "expired", offered_at: new Date(truth() + world.wrong).toISOString() };
      await report("session-not-held", offered, { at: "decided_at" });
      world.ahead += morning + DAY - truth();
      world.asleep += 8 * HOUR;
    }
  },
  /** `set`: by so many hours the clock is set before it ends. */
  async sit({ tracks, set }) {
    await sit(tracks, set);
  },
  /** A session begins, and the patient says of no phase how they feel: as the app reports it. */
  async sayNothing() {
    const { patientId } = await keptDevice(database);
    const session = { id: crypto.randomUUID(), plan: null, startedAt: truth() };
    const phases = ["before", "during", "after"];
    const skips = phases.map((phase) => moodNotSaid(session.id, phase, truth()));
    for (const skip of [...skips, sessionBegun(session)]) {
      await keepReport(database, around(), patientId, skip);
    }
    return session.id;
  },
  /** Time passes; the clock is set. Hours. */
  async pass({ hours }) {
    world.ahead += hours * HOUR;
  },
  /** Until it is now: what is sent is received now. */
  async passUntilNow() {
    if (world.ahead > 0) throw new RangeError("It is later than now already.");
    world.ahead = 0;
  },
  async look() {
    await lookAtClocks(database, around());
  },
  async update() {
    world.app = String(Number(world.app) + 1);
  },
  async set({ hours }) {
    world.wrong += hours * HOUR;
  },
  async sync() {
    return sync(database, around());
  },
  /** Again and again, each time as late as it was told, for so many hours at most. */
  async trySyncing({ hours }) {
    const until = truth() + hours * HOUR;
    const endings = [];
    while (truth() < until) {
      const { ending, again } = await sync(database, around());
      endings.push(ending);
      if (again === null) break;
      world.ahead += again;
    }
    return endings;
  },
  /** Two tabs of the phone at once; where the browser has no locks, both are at it. */
  async syncTwice({ locks }) {
    const other = await openStore(() => {});
    const alone = locks ? {} : { alone: (_, work) => work() };
    const both = await Promise.all([sync(database, around(alone)), sync(other, around(alone))]);
    other.close();
    return both;
  },
  async decide({ scope, given, version = "1" }) {
    const { patientId } = await keptDevice(database);
    await decide(database, around(), patientId, scope, given, { version, language: "en" });
  },
  async standing() {
    const { patientId } = await keptDevice(database);
    const here = await standingHere(database, patientId);
    return { ...Object.fromEntries(here), again: await toAskAgain(database, patientId) };
  },
  async endCare() {
    await endCare(database);
  },
  async forgetOthers() {
    await forgetOthers(database, (await keptDevice(database)).patientId);
  },
  async state() {
    const { ended } = (await keptDevice(database)) ?? {};
    const { careEnded, failures } = await syncState(database);
    return { ...(await counts(database)), ended, careEnded, failures };
  },
  async aside() {
    return setAside(database);
  },
  async gathered() {
    return gathered;
  },
};

for await (const line of createInterface({ input: stdin })) {
  const { call, ...given } = JSON.parse(line);
  stdout.write(`${JSON.stringify((await CALLS[call](given)) ?? null)}\n`);
}
