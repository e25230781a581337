import { expect, test } from "vitest";
import type { Plan } from "../../src/listening/plan.ts";
import { openSession, planAnew } from "../../src/listening/session.ts";
import { planBy } from "../../src/listening/trial.ts";
import { assignmentFor } from "../../src/sessions/assigning.ts";
import { sessionBegun, sessionEnded } from "../../src/sessions/reports.ts";
import { openStore } from "../../src/store/schema.ts";
import { keepReport } from "../../src/sync/outbox.ts";
import { catalogueOf, opening, PLAN, plannerOf } from "../listening/cases.ts";
import { around, clockAt, NOON, newName, PATIENT } from "../surroundings.ts";

const assigned = (id: string, curve: "linear" | "direct") => ({
  id,
  curve,
  start_factor: 1,
  track_count: 4,
  curve_weights: curve === "direct" ? [0, 0, 0, 0] : [1, 2 / 3, 1 / 3, 0],
});
const TRIAL = { id: "t", assignments: [assigned("one", "direct"), assigned("two", "linear")] };
const COMPARED: Plan = { ...PLAN, trial: TRIAL };

async function phone() {
  const name = newName();
  const database = await openStore(() => {}, { name });
  const begin = (assignment?: string, patient = PATIENT) =>
    keepReport(
      database,
      around(clockAt(NOON)),
      patient,
      sessionBegun({
        id: crypto.randomUUID(),
        plan: "plan",
        startedAt: 0,
        ...(assignment === undefined ? {} : { assignment }),
      }),
    );
  const next = async (plan = COMPARED) => (await assignmentFor(database, PATIENT, plan))?.id;
  return { name, database, begin, next };
}

test("each session has the next one, and none when all were followed", async () => {
  const { begin, next } = await phone();
  expect(await next()).toBe("one");
  await begin();
  expect(await next()).toBe("one");
  await begin("one");
  expect(await next()).toBe("two");
  await begin("two");
  expect(await next()).toBeUndefined();
});

test("it is the next one in another tab and after a reload too", async () => {
  const { name, database, begin } = await phone();
  await begin("one");
  database.close();
  const again = await openStore(() => {}, { name });
  expect((await assignmentFor(again, PATIENT, COMPARED))?.id).toBe("two");
});

test("what somebody else followed on this phone is not the patient's", async () => {
  const { begin, next } = await phone();
  await begin("one", "somebody-else");
  expect(await next()).toBe("one");
});

test("nothing is assigned where nothing is compared, or the plan is of before there were trials", async () => {
  const { next } = await phone();
  const { trial: _, ...before } = PLAN;
  expect(await next(PLAN)).toBeUndefined();
  expect(await next(before as Plan)).toBeUndefined();
});

test("a session that follows one is reported with it from its beginning to its end", () => {
  const started = { id: "s", plan: "plan", assignment: "one", startedAt: 0 };
  expect(sessionBegun(started).body.assignment).toBe("one");
  expect(sessionEnded(started, 1000, "completed").body.assignment).toBe("one");
  const { assignment: _, ...plain } = started;
  expect(sessionBegun(plain).body).not.toHaveProperty("assignment");
});

test("a list goes by the assignment from its first track on, also where it is made anew", async () => {
  const plan = planBy(COMPARED, TRIAL.assignments[0]);
  const model = plannerOf();
  const usual = opening(catalogueOf(10));
  const prescription = { ...usual.prescription, plan };
  const opened = await openSession(model, { ...usual, prescription });
  expect(opened.request.curve).toEqual([0, 0, 0, 0]);
  const anew = await planAnew(model, opened, 7, [0, 0]);
  expect(anew.request.curve.every((weight) => weight === 0)).toBe(true);
  expect(plan.excluded_track_ids).toBe(COMPARED.excluded_track_ids);
  expect(planBy(COMPARED, null)).toBe(COMPARED);
});
