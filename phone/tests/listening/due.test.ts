/** When a session is due, and whether there is room for one. */

import { describe, expect, test } from "vitest";
import { roomFor } from "../../src/listening/dose.ts";
import { type Kept, outcomes } from "../../src/listening/occasions.ts";
import type { Plan } from "../../src/listening/plan.ts";
import { dayOf, instantOf, weekdayOf } from "../../src/listening/wallclock.ts";
import { NOW, PLAN } from "./cases.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe("what became of occasions", () => {
  // 18:30 and 20:00 in Berlin are 17:30 and 19:00 UTC; NOW is 18:00 UTC.
  const plan: Plan = { ...PLAN, schedule: [{ days: [1, 7], at: "18:30", minutes: 60 }] };
  const opens = NOW - HOUR / 2;
  const nothing: Kept = { begun: [], notHeld: [], offered: [] };
  const found = (kept: Partial<Kept>, at = NOW, since = NOW - HOUR) =>
    outcomes(plan, { ...nothing, ...kept }, since, at).map(({ outcome }) => outcome);

  test.each<[string, Partial<Kept>, number]>([
    ["open", {}, NOW],
    ["held", { begun: [opens - 4 * 60_000] }, NOW],
    ["open", { begun: [opens - 6 * 60_000] }, NOW],
    ["skipped", { notHeld: [{ offeredAt: opens, outcome: "skipped" }] }, NOW],
    ["expired", { offered: [opens] }, NOW + HOUR],
    ["expired", { notHeld: [{ offeredAt: opens, outcome: "expired" }] }, NOW + HOUR],
    ["not-offered", {}, NOW + HOUR],
    ["open", { offered: [opens] }, opens],
  ])("%s with %j", (outcome, kept, at) => expect(found(kept, at)).toEqual([outcome]));

  test("one session keeps one of two occasions", () => {
    const kept = { begun: [opens] };
    expect(found(kept, NOW, NOW - 7 * DAY)).toEqual(["not-offered", "held"]);
  });

  test("none from before the plan, and none while it is paused", () => {
    const young = { ...plan, created_at: new Date(NOW - HOUR).toISOString() };
    expect(outcomes(young, nothing, NOW - 7 * DAY, NOW)).toHaveLength(1);
    expect(outcomes({ ...plan, standing: "paused" }, nothing, NOW - DAY, NOW)).toEqual([]);
  });
});

describe("room for a session", () => {
  const held = (startedAt: number, minutes: number | null) => ({
    startedAt,
    endedAt: minutes === null ? null : startedAt + minutes * 60_000,
  });
  const room = (limits: Partial<Plan>, ...sessions: ReturnType<typeof held>[]) =>
    roomFor({ ...PLAN, ...limits }, sessions, NOW);

  test("is not limited unless the plan says so", () => {
    expect(room({}, held(NOW, 60))).toEqual({
      against: null,
      sessionsToday: null,
      minutesThisWeek: null,
    });
  });

  test("ends with the day's sessions, by the patient's calendar", () => {
    const midnight = NOW - 19 * HOUR; // in Berlin
    const twice = { most_sessions_a_day: 2 };
    expect(room(twice, held(midnight, 5), held(midnight - 1, 5))).toMatchObject({
      against: null,
      sessionsToday: 1,
    });
    expect(room(twice, held(midnight, 5), held(NOW, null)).against).toBe("day");
  });

  test("ends with the minutes of seven days", () => {
    const hour = { most_minutes_a_week: 60 };
    const old = held(NOW - 7 * DAY, 60);
    expect(room(hour, old, held(NOW - 6 * DAY, 45), held(NOW, null))).toMatchObject({
      against: null,
      minutesThisWeek: 15,
    });
    expect(room(hour, held(NOW - 6 * DAY, 70))).toMatchObject({
      against: "week",
      minutesThisWeek: 0,
    });
  });

  test("is none while the plan is paused or has ended", () => {
    expect(room({ standing: "paused" }).against).toBe("paused");
    expect(room({ standing: "ended" }).against).toBe("ended");
  });
});

test("the wall's clock", () => {
  const day = dayOf(NOW, "Europe/Berlin");
  expect(weekdayOf(day)).toBe(1);
  expect(weekdayOf(-1)).toBe(3); // 31 December 1969 was a Wednesday
  expect(instantOf(day, 19 * 60, "Europe/Berlin")).toBe(NOW);
  expect(dayOf(NOW + 5 * HOUR, "Europe/Berlin")).toBe(day + 1);
  expect(() => dayOf(NOW, "Europe/Atlantis")).toThrow(RangeError);
});
