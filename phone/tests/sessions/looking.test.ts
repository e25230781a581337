import { expect, test } from "vitest";
import type { Plan } from "../../src/listening/plan.ts";
import { expiredOccasions, nextOccasion, openOccasion, room } from "../../src/sessions/calendar.ts";
import { measuresDue } from "../../src/sessions/due.ts";
import { sittingsOf, usualMinutes, usualMood } from "../../src/sessions/looking.ts";
import { moodRated, notHeld, sessionBegun, sessionEnded } from "../../src/sessions/reports.ts";
import type { Past } from "../../src/store/history.ts";
import type { Report } from "../../src/sync/outbox.ts";
import { PLAN } from "../listening/cases.ts";

const [MINUTE, DAY] = [60_000, 86_400_000];
const MONDAY = Date.parse("2026-03-02T20:30:00Z");
const EVENINGS: Plan = {
  ...PLAN,
  created_at: "2026-02-01T00:00:00Z",
  time_zone: "UTC",
  schedule: [{ days: [1, 2, 3, 4, 5, 6, 7], at: "20:00", minutes: 60 }],
  most_sessions_a_day: 1,
};

function past(...reports: [Report, number][]): Past[] {
  return reports.map(([{ id, kind, session, body }, at]) => ({
    id,
    kind,
    ...(session === undefined ? {} : { session }),
    body,
    at,
  }));
}

const begun = (id: string, startedAt: number) => sessionBegun({ id, plan: "p", startedAt });

test("a session that is due is open until it was begun or declined", () => {
  expect(openOccasion(EVENINGS, [], MONDAY)?.closes).toBe(MONDAY + 30 * MINUTE);
  const held = past([begun("a", MONDAY), MONDAY]);
  expect(openOccasion(EVENINGS, held, MONDAY + MINUTE)).toBeUndefined();
  const no = notHeld("p", MONDAY - 30 * MINUTE, MONDAY, "skipped");
  expect(openOccasion(EVENINGS, past([no, MONDAY]), MONDAY)).toBeUndefined();
});

test("the next one is tomorrow's; of a plan that is paused there is none", () => {
  expect(nextOccasion(EVENINGS, MONDAY)?.opens).toBe(MONDAY - 30 * MINUTE + DAY);
  expect(nextOccasion({ ...EVENINGS, standing: "paused" }, MONDAY)).toBeUndefined();
});

test("only what the patient was shown can have run out", () => {
  const opens = MONDAY - 30 * MINUTE;
  const tuesday = MONDAY + DAY / 2;
  expect(expiredOccasions(EVENINGS, [], [], tuesday)).toEqual([]);
  expect(expiredOccasions(EVENINGS, [], [opens], tuesday).map((one) => one.opens)).toEqual([opens]);
  const told = past([notHeld("p", opens, tuesday, "expired"), tuesday]);
  expect(expiredOccasions(EVENINGS, told, [opens], tuesday)).toEqual([]);
});

test("the day's limit counts sessions of the phone's own memory", () => {
  expect(room(EVENINGS, [], MONDAY).against).toBeNull();
  expect(room(EVENINGS, past([begun("a", MONDAY), MONDAY]), MONDAY + MINUTE).against).toBe("day");
});

test.each([
  ["start", [], true],
  ["start", [{ measure: "phq4", at: MONDAY - 90 * DAY }], false],
  ["weekly", [{ measure: "phq4", at: MONDAY - 6 * DAY }], false],
  ["weekly", [{ measure: "phq4", at: MONDAY - 7 * DAY }], true],
  ["every-4-weeks", [{ measure: "phq4", at: MONDAY - 27 * DAY }], false],
  ["every-4-weeks", [{ measure: "gad7", at: MONDAY }], true],
  ["review", [], false],
  ["before-session", [], false],
] as const)("a questionnaire of %s, dealt with %j: due %s", (when, dealt, isDue) => {
  const plan = { ...EVENINGS, measures: [{ measure: "phq4", when, may_skip: true }] };
  expect(measuresDue(plan, [...dealt], "any-time", MONDAY)).toHaveLength(isDue ? 1 : 0);
});

test("a session is seen with the moods before and after it, and how it ended", () => {
  const started = { id: "a", plan: "p", startedAt: MONDAY };
  const reports = past(
    [sessionEnded(started, MONDAY + 20 * MINUTE, "completed"), MONDAY],
    [moodRated("a", "before", [-0.5, 0.5], MONDAY), MONDAY],
    [moodRated("a", "during", [0, 0], MONDAY), MONDAY],
    [moodRated("a", "after", [0.5, -0.5], MONDAY), MONDAY],
    [begun("b", MONDAY + DAY), MONDAY + DAY],
  );
  const [first, second] = sittingsOf(reports);
  expect(first).toMatchObject({ before: [-0.5, 0.5], after: [0.5, -0.5], ending: "completed" });
  expect(second).toMatchObject({ before: null, after: null, ending: "open", tracks: 0 });
});

test("the usual mood is the median of the last five before a session", () => {
  expect(usualMood([])).toEqual([0, 0]);
  const moods = [-0.9, 0.1, 0.2, 0.3, 0.4, 0.5];
  const reports = moods.map((value): [Report, number] => [
    moodRated("a", "before", [value, -value], MONDAY),
    MONDAY,
  ]);
  expect(usualMood(past(...reports))).toEqual([0.3, -0.3]);
  expect(usualMood(past(...reports.slice(1, 3)))).toEqual([
    0.15000000000000002, -0.15000000000000002,
  ]);
});

test("a session lasts as long as so many usual tracks; of unknown lengths nothing is said", () => {
  const lasting = (...seconds: (number | null)[]) => seconds.map((duration) => ({ duration }));
  expect(usualMinutes(5, lasting(40, null, 50, 600))).toBe(4);
  expect(usualMinutes(1, lasting(5))).toBe(1);
  expect(usualMinutes(5, lasting(null))).toBeNull();
});
