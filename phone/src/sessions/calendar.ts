/** What the phone's own memory says of a plan: what is due, what was dealt with, how much was heard.
 * Times are milliseconds since 1970. */

import { type Held, type Room, roomFor } from "../listening/dose.ts";
import {
  type Kept,
  type Occasion,
  occasions,
  outcomes as outcomesOf,
} from "../listening/occasions.ts";
import type { Plan } from "../listening/plan.ts";
import type { Past } from "../store/history.ts";
import type { Dealt } from "./due.ts";

const DAY = 86_400_000;
const LOOK_BACK = 8 * DAY; // the longest that an occasion is open, and a week
const LOOK_AHEAD = 8 * DAY;

/** The occasion that is due now, if any: the one that closes first. */
export function openOccasion(plan: Plan, past: Past[], now: number): Occasion | undefined {
  const open = outcomes(plan, past, [], now).filter(({ outcome }) => outcome === "open");
  return open.map(({ occasion }) => occasion).sort((a, b) => a.closes - b.closes)[0];
}

/** The next one that opens. */
export function nextOccasion(plan: Plan, now: number): Occasion | undefined {
  if (plan.standing !== "active") return undefined;
  return occasions(plan.schedule, plan.time_zone, now + 1, now + LOOK_AHEAD)[0];
}

/** Those that the patient was shown, and whose time ran out with nothing said; not those of which that was
 * told already. */
export function expiredOccasions(
  plan: Plan,
  past: Past[],
  offered: number[],
  now: number,
): Occasion[] {
  const told = new Set(of(past, "session-not-held").map(({ body }) => time(body.offered_at)));
  return outcomes(plan, past, offered, now)
    .filter(({ outcome, occasion }) => outcome === "expired" && !told.has(occasion.opens))
    .map(({ occasion }) => occasion);
}

export function room(plan: Plan, past: Past[], now: number): Room {
  const held = of(past, "session").map(
    ({ body }): Held => ({
      startedAt: time(body.started_at),
      endedAt: body.ended_at == null ? null : time(body.ended_at),
    }),
  );
  return roomFor(plan, held, now);
}

/** When questionnaires were answered or skipped. */
export function dealtWith(past: Past[]): Dealt[] {
  return of(past, "measure-response").map(({ at, body }) => ({
    measure: body.measure as string,
    at,
  }));
}

function outcomes(plan: Plan, past: Past[], offered: number[], now: number) {
  const kept: Kept = {
    begun: of(past, "session").map(({ body }) => time(body.started_at)),
    notHeld: of(past, "session-not-held").map(({ body }) => ({
      offeredAt: time(body.offered_at),
      outcome: body.outcome as "skipped" | "expired",
    })),
    offered,
  };
  return outcomesOf(plan, kept, now - LOOK_BACK, now);
}

function of(past: Past[], kind: Past["kind"]): Past[] {
  return past.filter((one) => one.kind === kind);
}

function time(written: unknown): number {
  return Date.parse(written as string);
}
