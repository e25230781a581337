import { describe, expect, test } from "vitest";
import { BadAnswer, checkAnswer } from "../../src/readying/shapes.ts";
import { catalogueOf, PLAN } from "../listening/cases.ts";

const SLOT = { days: [1, 7], at: "20:30:00", minutes: 60 };
const ASKED = { measure: "phq-4", when: "weekly", may_skip: true };
const ASSIGNED = {
  id: "a",
  curve: "direct",
  start_factor: 1,
  track_count: 3,
  curve_weights: [0, 0, 0],
};
const TRIAL = { id: "t", assignments: [ASSIGNED] };
const WHOLE = { ...PLAN, schedule: [SLOT], measures: [ASKED], tempo_min: 60, trial: TRIAL };

test("what the server says passes, also with words and fields of a newer one", () => {
  checkAnswer("plan", WHOLE);
  checkAnswer("plan", { ...WHOLE, curve: "spiral", unheard: 1 });
  checkAnswer(
    "catalogue",
    catalogueOf(3, { 1: { audio: "/api/v1/tracks/1/audio", duration: null } }),
  );
  checkAnswer("catalogue", catalogueOf(0));
  checkAnswer("consents", { consents: [{ scope: "care", given: null }] });
});

test.each(Object.keys(PLAN))(
  "a plan is refused without its %s, or with nonsense there",
  (field) => {
    const { [field as "id"]: _, ...less } = WHOLE;
    expect(() => checkAnswer("plan", less)).toThrow(new BadAnswer(`plan: ${field}`));
    expect(() => checkAnswer("plan", { ...WHOLE, [field]: { no: "sense" } })).toThrow(BadAnswer);
  },
);

test.each([
  ["a target beyond the plane", { target_valence: 50 }],
  ["weights for other tracks than there are", { track_count: 5 }],
  [
    "an assignment whose weights are for other tracks",
    { trial: { ...TRIAL, assignments: [{ ...ASSIGNED, track_count: 4 }] } },
  ],
  ["a zone that nobody knows", { time_zone: "Europe/Atlantis" }],
  ["no number", { minutes: "20" }],
  ["a weekday that is none", { schedule: [{ ...SLOT, days: ["Monday"] }] }],
  ["a standing of which nobody knows what it allows", { standing: "active?" }],
])("a plan with %s is refused", (_, change) => {
  expect(() => checkAnswer("plan", { ...WHOLE, ...change })).toThrow(BadAnswer);
});

describe("a catalogue is refused", () => {
  const good = catalogueOf(3);
  test.each([
    ["with fewer values than columns", { ...good, tracks: [{ ...good.tracks[0], values: [60] }] }],
    [
      "with a value that is none",
      catalogueOf(3, { 1: { values: [60, null as unknown as number] } }),
    ],
    ["with one track twice", catalogueOf(3, { 1: { id: "0" } })],
    ["with sound on another host", catalogueOf(3, { 1: { audio: "https://elsewhere.example/a" } })],
    ["with sound on another host, said shortly", catalogueOf(3, { 1: { audio: "//elsewhere/a" } })],
    ["without tracks", { schema: good.schema }],
    ["that is a list", [good]],
    ["that is nothing", null],
  ])("%s", (_, body) => {
    expect(() => checkAnswer("catalogue", body)).toThrow(BadAnswer);
  });
});
