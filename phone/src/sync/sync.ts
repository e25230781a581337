/** Handing over what waits, as docs/sync.md says. Nothing is deleted before the server's word. */

import { me, type Synced, sync as send } from "../api/calls.ts";
import { type Answer, type Api, apiOf } from "../api/client.ts";
import { NoAnswer, Problem } from "../api/problems.ts";
import { sendDecisions } from "../consent/deciding.ts";
import { keptDevice } from "../store/device.ts";
import { Locked } from "../store/ring.ts";
import { writeWithRoom } from "../store/room.ts";
import type { Database, Device, OutboxRow } from "../store/schema.ts";
import { fitting, MOST_ITEMS } from "./batches.ts";
import { behind, type ClockRow, isAsGood, present } from "./clock.ts";
import { Again, afterAll, afterProblem, type Result } from "./endings.ts";
import { bringBack, itemOf, sendable, settleEnds, waitingAfter } from "./outbox.ts";
import { apply, areOutcomesOf, setAsideAsTooLarge, type Told } from "./outcomes.ts";
import { restOf } from "./pauses.ts";
import { changeSyncState, lookAtClocks, noteCareEnded, syncState } from "./state.ts";
import type { Surroundings } from "./surroundings.ts";

const ASIDE_AGAIN = 24 * 3_600_000; // ms after which the server may well have been updated

/** Send all that waits. Call it when a page opens, when the network is back, and `again` ms later. Throws
 * FullDisk where not even the answer can be noted: what was answered is sent again then, and stored once. */
export async function sync(database: Database, around: Surroundings): Promise<Result> {
  const result = await around
    .alone("attune-sync", () => handOver(database, around))
    .catch(ifLocked);
  return result ?? { ending: "elsewhere", stored: 0, again: null };
}

/** Nothing can be read, the token neither; what was answered until then is done. */
function ifLocked(problem: unknown): Result {
  if (!(problem instanceof Locked)) throw problem;
  return { ending: "locked", stored: 0, again: null };
}

async function handOver(database: Database, around: Surroundings): Promise<Result> {
  const device = await keptDevice(database);
  if (device === undefined || device.ended) {
    return { ending: "not-connected", stored: 0, again: null };
  }
  const { wall } = around.clock();
  const rest = restOf((await syncState(database)).notBefore, wall);
  if (rest > 0) return { ending: "paused", stored: 0, again: rest };
  await tryAsideAgain(database, around);

  const api = apiOf({ origin: device.server, token: device.token, fetch: around.fetch });
  const round: Round = { database, around, api, device, stored: 0, most: MOST_ITEMS };
  try {
    await sendDecisions(database, around, api, device.patientId); // a no goes before anything else
    await sendEverything(round);
  } catch (problem) {
    const end = await afterProblem(database, around, device.token, problem);
    return { stored: round.stored, ...end };
  }
  return { stored: round.stored, ...(await afterAll(database, around)) };
}

/** What one handing over knows. */
interface Round {
  database: Database;
  around: Surroundings;
  api: Api;
  device: Device;
  stored: number;
  /** Items at once: fewer after the server found a batch too large. */
  most: number;
}

/** Throws what the calls throw, and Again. What was answered until then is done. */
async function sendEverything(round: Round): Promise<void> {
  let clock = await lookAtClocks(round.database, round.around);
  let again = false;
  for (let before = -1; round.stored > before && !again; ) {
    before = round.stored; // once more, as long as it helps: an item may have come before its session
    let last = 0;
    for (;;) {
      const found = await waitingAfter(round.database, last, MOST_ITEMS);
      if (found.length === 0) break;
      const rows = await sendable(found, round.device.patientId);
      if (rows.length === 0) {
        last = found[found.length - 1].place;
        continue;
      }
      clock = await comparable(round, clock, rows);
      const { sent, told, at } = await sendSome(round, clock, rows);
      last = sent > 0 ? rows[sent - 1].place : last;
      if (at !== null) clock = await lookAtClocks(round.database, round.around, at);
      round.stored += told.stored;
      again ||= told.again;
    }
  }
  if (again) throw new Again();
}

/** The server's clock is asked first where items of other eras wait and it was not heard in this one: what
 * their clocks show now is not known until then. */
async function comparable(round: Round, clock: ClockRow, rows: OutboxRow[]): Promise<ClockRow> {
  const now = present(clock);
  if (now.offset !== null || rows.every(({ era }) => era === now.id)) return clock;
  const { at } = await me(round.api);
  return at === null ? clock : lookAtClocks(round.database, round.around, at);
}

interface Sent {
  /** How many of the rows are dealt with, of the first; 0: try again with fewer at once. */
  sent: number;
  told: Told;
  at: number | null;
}

const NOTHING: Told = { stored: 0, again: false };

/** Send as many of the first rows as go into a batch and have one clock. */
async function sendSome(round: Round, clock: ClockRow, found: OutboxRow[]): Promise<Sent> {
  const { database, around } = round;
  let rows = found;
  const settle = async () => {
    rows = await settleEnds(database, clock, found);
  };
  await writeWithRoom(database, settle, around.more);
  const slow = behind(clock, rows[0].era);
  const other = rows.findIndex(({ era }) => !isAsGood(behind(clock, era), slow));
  const items = await Promise.all(rows.slice(0, other < 0 ? undefined : other).map(itemOf));
  const count = fitting(items, round.most);
  const batch = rows.slice(0, count);
  const sentAt = around.clock().wall - (isAsGood(slow, 0) ? 0 : slow);
  let answer: Answer<Synced>;
  try {
    answer = await send(round.api, new Date(sentAt).toISOString(), items.slice(0, count));
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 413) throw problem;
    round.most = Math.max(Math.floor(count / 2), 1);
    if (count > 1) return { sent: 0, told: NOTHING, at: null };
    await writeWithRoom(database, () => setAsideAsTooLarge(database, batch[0]), around.more);
    return { sent: 1, told: NOTHING, at: null };
  }
  const outcomes = answer.body?.items;
  if (!areOutcomesOf(batch, outcomes)) throw new NoAnswer("The outcomes are of something else.");
  // First of all, or a phone that is switched off now would never tell the patient.
  if (outcomes.some(({ status }) => status === "care-ended")) await noteCareEnded(database, around);
  // What it had already it got at some time since it happened: nobody heard when.
  const received = Date.parse(answer.body.received_at) || around.clock().wall;
  let told = NOTHING;
  const write = async () => {
    told = await apply(database, batch, outcomes, ({ at, era }, { status }) =>
      status === "stored" ? received : at + behind(clock, era) + received - around.clock().wall,
    );
  };
  await writeWithRoom(database, write, around.more);
  return { sent: count, told, at: answer.at };
}

/** What was set aside is worth another try by another app, and now and then by another server. */
async function tryAsideAgain(database: Database, around: Surroundings): Promise<void> {
  if ((await database.count("aside")) === 0) return;
  const { wall } = around.clock();
  const { app, triedAside } = await syncState(database);
  const isDue = app !== around.app || Math.abs(wall - triedAside) >= ASIDE_AGAIN;
  if (!isDue) return;
  await writeWithRoom(database, () => bringBack(database), around.more);
  await changeSyncState(database, around, () => ({ app: around.app, triedAside: wall }));
}
