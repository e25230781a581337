/** What came of each step of making ready, by what it threw. */

import { NoAnswer, Problem } from "../api/problems.ts";
import type { Reason } from "../signing/verify.ts";
import { noteEnded } from "../store/device.ts";
import { isFull } from "../store/room.ts";
import type { Database, Device } from "../store/schema.ts";
import { noteCareEnded } from "../sync/state.ts";
import type { Surroundings } from "../sync/surroundings.ts";
import type { Music } from "./audio.ts";
import { BadAnswer } from "./shapes.ts";

/**
 * What came of a step. `none`: the server has none yet. `later`: it cannot now, or was asked too often;
 * `again`: in so many seconds, where it says so. `refused`: what came is not taken, and of a model the reason
 * is one of signing/verify.ts. `full`: there is no room. `ended`: the server does not know this phone any
 * more. `care-ended`: the consent to care was taken back. `skipped`: after either of these, or without what
 * it needs.
 */
export type StepOutcome =
  | { outcome: "renewed" | "unchanged" | "none" | "no-answer" | "full" }
  | { outcome: "ended" | "care-ended" | "skipped" }
  | { outcome: "later"; again: number | null }
  | { outcome: "refused"; reason: Reason | "bad-answer" | `status-${number}` }
  | ({ outcome: "music" } & { music: Music });

/** What the work comes to. Throws what is neither the server's, nor the network's, nor a full disk's. */
export async function outcomeOf(
  database: Database,
  around: Surroundings,
  device: Device,
  work: () => Promise<StepOutcome>,
): Promise<StepOutcome> {
  try {
    return await work();
  } catch (problem) {
    if (problem instanceof Problem) return afterRefusal(database, around, device, problem);
    if (problem instanceof NoAnswer) return { outcome: "no-answer" };
    if (problem instanceof BadAnswer) return { outcome: "refused", reason: "bad-answer" };
    if (isFull(problem)) return { outcome: "full" };
    throw problem;
  }
}

async function afterRefusal(
  database: Database,
  around: Surroundings,
  device: Device,
  { status, code, retryAfter }: Problem,
): Promise<StepOutcome> {
  if (status === 401) {
    await noteEnded(database, device.token);
    return { outcome: "ended" };
  }
  if (code === "consent_withdrawn") {
    await noteCareEnded(database, around);
    return { outcome: "care-ended" };
  }
  if (status === 404) return { outcome: "none" };
  if (status === 429 || status >= 500) return { outcome: "later", again: retryAfter };
  return { outcome: "refused", reason: `status-${status}` };
}
