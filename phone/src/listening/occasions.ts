/**
 * When sessions are due (as therapy/plans/schedule.py), and what became of each, as far as a phone
 * can say (as therapy/sessions/adherence.py; docs/sync.md tells the outcomes apart). Times are
 * milliseconds since 1970.
 */

import type { Plan, Slot } from "./plan.ts";
import { dayOf, instantOf, weekdayOf } from "./wallclock.ts";

const MINUTE = 60_000;
const EARLY = 5 * MINUTE; // before an occasion opens, a session that begins still keeps it

/** A session that is due: it may be begun from `opens` until `closes`. */
export interface Occasion {
  opens: number;
  closes: number;
}

/** `expired`: it was offered, and its time ran out. `not-offered`: the phone was off, say; whether it
 * was missed is the server's to judge. */
export type Outcome = "open" | "held" | "skipped" | "expired" | "not-offered";

/** What the phone knows of occasions. */
export interface Kept {
  /** When sessions began. */
  begun: number[];
  /** What was reported of sessions that were not held, in the order of deciding. */
  notHeld: { offeredAt: number; outcome: "skipped" | "expired" }[];
  /** The `opens` of every occasion that the patient was shown. */
  offered: number[];
}

/** The occasions that open in start ≤ opens < end, in order. */
export function occasions(schedule: Slot[], zone: string, start: number, end: number): Occasion[] {
  const found = new Map<string, Occasion>();
  for (let day = dayOf(start, zone); day <= dayOf(end, zone); day++) {
    for (const slot of schedule.filter(({ days }) => days.includes(weekdayOf(day)))) {
      const opens = instantOf(day, minutesOf(slot.at), zone);
      const closes = opens + slot.minutes * MINUTE;
      if (start <= opens && opens < end) found.set(`${opens} ${closes}`, { opens, closes });
    }
  }
  return [...found.values()].sort((a, b) => a.opens - b.opens || a.closes - b.closes);
}

/** What became of every occasion of the plan that opened in since ≤ opens ≤ now. None from before
 * this version of the plan, and none while it is paused or has ended. */
export function outcomes(
  plan: Plan,
  kept: Kept,
  since: number,
  now: number,
): { occasion: Occasion; outcome: Outcome }[] {
  if (plan.standing !== "active") return [];
  const start = Math.max(since, Date.parse(plan.created_at));
  const due = occasions(plan.schedule, plan.time_zone, start, now + 1);
  const held = matched(due, kept.begun);
  const reports = new Map(kept.notHeld.map((report) => [report.offeredAt, report.outcome]));
  const others = due.filter((occasion) => !held.has(occasion));
  const reported = matched(others, [...reports.keys()]);
  return due.map((occasion) => {
    const report = reports.get(reported.get(occasion) ?? Number.NaN);
    if (held.has(occasion)) return { occasion, outcome: "held" };
    if (report !== undefined) return { occasion, outcome: report };
    if (now < occasion.closes) return { occasion, outcome: "open" };
    const wasOffered = kept.offered.includes(occasion.opens);
    return { occasion, outcome: wasOffered ? "expired" : "not-offered" };
  });
}

/** Each instant with the first occasion that it falls into and that no earlier one took. */
function matched(due: Occasion[], instants: number[]): Map<Occasion, number> {
  const taken = new Map<Occasion, number>();
  for (const instant of instants.toSorted((a, b) => a - b)) {
    const kept = due.find(
      (occasion) =>
        !taken.has(occasion) && occasion.opens - EARLY <= instant && instant <= occasion.closes,
    );
    if (kept !== undefined) taken.set(kept, instant);
  }
  return taken;
}

/** HH:MM as minutes after midnight. */
function minutesOf(at: string): number {
  const [hours, minutes] = at.split(":").map(Number);
  return hours * 60 + minutes;
}
