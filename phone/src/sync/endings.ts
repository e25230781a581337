/** How a handing over ends, by what the server answered to a whole batch (docs/sync.md). */

import { NoAnswer, Problem } from "../api/problems.ts";
import { noteEnded } from "../store/device.ts";
import { holdReserve } from "../store/room.ts";
import type { Database, SyncRow } from "../store/schema.ts";
import { pauseAfter, pauseAfterFault, pauseWhenThrottled } from "./pauses.ts";
import { changeSyncState, noteCareEnded, syncState } from "./state.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Why it ended: `done`, as far as can be; `elsewhere`: another tab is at it; `paused`: it is too early;
 * `not-connected`: there is no token, or the server does not know it; `later`: it was tried, and a pause
 * begins; `fault`: the server answered what it must not (state.ts has it), and a pause begins; `locked`: the
 * lock of the app is closed, and nothing was done: call again once it is open.
 */
export type Ending =
  | "done"
  | "elsewhere"
  | "paused"
  | "not-connected"
  | "later"
  | "fault"
  | "locked";

export interface Result {
  ending: Ending;
  /** How many items the server has now, and the phone holds no more. */
  stored: number;
  /** In so many ms again; null where that is not a matter of time. */
  again: number | null;
}

type End = Omit<Result, "stored">;

/** Of an item, the server said to send it again later. */
export class Again extends Error {}

/** Everything was answered. */
export async function afterAll(database: Database, around: Surroundings): Promise<End> {
  await changeSyncState(database, around, (before) => ({
    failures: 0,
    notBefore: 0,
    fault: null,
    ...(before.app === around.app ? {} : { app: around.app, triedAside: around.clock().wall }),
  }));
  await holdReserve(database);
  return { ending: "done", again: null };
}

/** Something was not. `token`: the one that was sent. Throws the problem where it is none of the server's. */
export async function afterProblem(
  database: Database,
  around: Surroundings,
  token: string,
  problem: unknown,
): Promise<End> {
  const random = around.random();
  if (isTemporary(problem)) {
    const failures = (await syncState(database)).failures + 1;
    return pause(database, around, "later", pauseAfter(failures, random), { failures });
  }
  if (!(problem instanceof Problem)) throw problem;
  const { status, code, retryAfter } = problem;
  if (status === 401) {
    await noteEnded(database, token);
    return { ending: "not-connected", again: null };
  }
  if (status === 429) {
    return pause(database, around, "later", pauseWhenThrottled(retryAfter, random));
  }
  if (code === "consent_withdrawn") {
    await noteCareEnded(database, around);
    return pause(database, around, "later", pauseAfterFault(random));
  }
  const fault = { status, code };
  return pause(database, around, "fault", pauseAfterFault(random), { fault });
}

function isTemporary(problem: unknown): boolean {
  const isUnheard = problem instanceof NoAnswer || problem instanceof Again;
  return isUnheard || (problem instanceof Problem && problem.status >= 500);
}

async function pause(
  database: Database,
  around: Surroundings,
  ending: Ending,
  again: number,
  change: Partial<SyncRow> = {},
): Promise<End> {
  const notBefore = around.clock().wall + again;
  await changeSyncState(database, around, () => ({ fault: null, ...change, notBefore }));
  return { ending, again };
}
