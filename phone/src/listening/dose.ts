/** How much more the plan lets the patient listen. Times are milliseconds since 1970. */

import type { Plan } from "./plan.ts";
import { dayOf } from "./wallclock.ts";

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;

/** A session that was begun; `endedAt` null: not yet, or nobody knows. */
export interface Held {
  startedAt: number;
  endedAt: number | null;
}

export interface Room {
  /** What forbids a session now: `day` and `week` that the limit is reached. Null: nothing does. */
  against: "paused" | "ended" | "day" | "week" | null;
  /** Null: not limited. */
  sessionsToday: number | null;
  minutesThisWeek: number | null;
}

/** What is left. A day is one of the patient's calendar; a week is the last seven days, as the
 * server counts the dose (therapy/safety/watching.py). */
export function roomFor(plan: Plan, held: Held[], now: number): Room {
  const today = dayOf(now, plan.time_zone);
  const begun = held.filter(({ startedAt }) => dayOf(startedAt, plan.time_zone) === today).length;
  const heard = held
    .filter(({ startedAt }) => startedAt > now - WEEK)
    .reduce(
      (sum, { startedAt, endedAt }) => sum + ((endedAt ?? startedAt) - startedAt) / MINUTE,
      0,
    );
  const sessionsToday = left(plan.most_sessions_a_day, begun);
  const minutesThisWeek = left(plan.most_minutes_a_week, heard);
  return { against: against(plan, sessionsToday, minutesThisWeek), sessionsToday, minutesThisWeek };
}

function against(plan: Plan, sessions: number | null, minutes: number | null): Room["against"] {
  if (plan.standing !== "active") return plan.standing;
  if (sessions === 0) return "day";
  return minutes === 0 ? "week" : null;
}

function left(limit: number | null, used: number): number | null {
  return limit === null ? null : Math.max(limit - used, 0);
}
