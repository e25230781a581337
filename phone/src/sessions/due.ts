/** Which questionnaires of the plan are due. Times are milliseconds since 1970. */

import type { Asked, Plan } from "../listening/plan.ts";

const DAY = 86_400_000;

/** When a questionnaire was answered or skipped. */
export interface Dealt {
  measure: string;
  at: number;
}

/** At which moment is asked: on the first screen, or around a session. */
export type Moment = "any-time" | "before-session" | "after-session";

const MOMENTS: Record<Asked["when"], Moment | null> = {
  start: "any-time",
  weekly: "any-time",
  "every-4-weeks": "any-time",
  "before-session": "before-session",
  "after-session": "after-session",
  review: null, // the clinic says when that is
};
const PAUSES: Partial<Record<Asked["when"], number>> = {
  start: Number.POSITIVE_INFINITY,
  weekly: 7 * DAY,
  "every-4-weeks": 28 * DAY,
};

/**
 * What is due at a moment of an active plan, in the plan's order, each once. One that was skipped was dealt
 * with: it comes again when it is next due, and not before.
 */
export function measuresDue(plan: Plan, dealt: Dealt[], moment: Moment, now: number): Asked[] {
  if (plan.standing !== "active") return [];
  const last = new Map<string, number>();
  for (const { measure, at } of dealt) last.set(measure, Math.max(at, last.get(measure) ?? at));
  const due = plan.measures.filter(({ measure, when }) => {
    if (MOMENTS[when] !== moment) return false;
    const before = last.get(measure);
    return before === undefined || now - before >= (PAUSES[when] ?? 0);
  });
  return due.filter(
    ({ measure }, place) => due.findIndex((one) => one.measure === measure) === place,
  );
}
