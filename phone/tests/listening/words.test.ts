import { expect, test } from "vitest";
import { adaptFrom, rowsToAdd } from "../../src/listening/adapting.ts";
import { learnedOf } from "../../src/listening/learned.ts";
import { lastWords, type Rated } from "../../src/listening/ratings.ts";
import { basisOf, reasonsFor, surenessOf } from "../../src/listening/words.ts";
import type { Bundle, Evidence } from "../../src/model/bundle.ts";
import type { Choice, Rating } from "../../src/model/package.ts";
import { catalogueOf, plannerOf } from "./cases.ts";

const { bundle } = plannerOf();

test("a reason is what spoke for a track or against it, and no more", () => {
  const terms = { mood: -0.25, familiarity: 0.04, transition: -0.1, fatigue: 0, exploration: 0 };
  const choice = { terms, liking: null } as unknown as Choice;
  expect(reasonsFor(choice, false)).toEqual([{ key: "leads-there", distance: 0.25 }]);
  const all = { mood: 0, familiarity: 0.05, transition: -0.04, fatigue: -0.06, exploration: 0.1 };
  const spoken = (first: boolean) =>
    reasonsFor({ ...choice, terms: all, liking: 4.5 }, first).map(({ key }) => key);
  const after = ["leads-there", "liked", "well-known", "although-heard-lately", "to-learn"];
  expect(spoken(true)).toEqual(after);
  expect(spoken(false)).toEqual(after.toSpliced(3, 0, "sounds-alike"));
});

test.each([
  [[0.1, 0.28], "sure"],
  [[0.3, 0.1], "fairly-sure"],
  [[0.49, 0.1], "fairly-sure"],
  [[0.2, 0.51], "unsure"],
] as const)("deviations of %j are %s", (deviation, sureness) => {
  expect(surenessOf(deviation)).toBe(sureness);
});

test("what predictions rest on changes with the ratings, where it does", () => {
  const adapting: Evidence[] = [
    { answer: "liking", served: "relation", begins: 3 },
    { answer: "valence", served: "offset", begins: 1 },
    { answer: "arousal", served: "population", begins: 0 },
  ];
  const found = (ratings: number) =>
    basisOf(adapting, ratings).map(({ rests, from }) => [rests, from]);
  const never = ["everybody", null];
  expect(found(0)).toEqual([["everybody", 3], ["everybody", 1], never]);
  expect(found(2)).toEqual([["everybody", 3], ["own-level", null], never]);
  expect(found(3)).toEqual([["own-tracks", null], ["own-level", null], never]);
});

test("a model that learns takes in what its record does not have, in the manifest's order", async () => {
  const taken: Rating[] = [];
  const manifest = { ...bundle.manifest, outcomes: ["arousal", "of-tomorrow", "liking"] };
  const model = {
    bundle: { ...bundle, manifest } as Bundle,
    vector: Float32Array.of(9),
    adapt: async (rating: Rating) => void taken.push(rating),
  };
  const track = (id: string, name: string): Rated => {
    return { kind: "track", id, at: 2, track: name, liking: 5 };
  };
  const sitting: Rated[] = [
    { kind: "mood", id: "m", at: 1, phase: "before", mood: [0, 0] },
    ...[track("a", "0"), track("b", "1"), track("c", "not in the catalogue")],
    { kind: "mood", id: "n", at: 3, phase: "after", mood: [0.3, 0.6] },
  ];
  const rows = rowsToAdd([sitting], new Set(["a"]));
  const vector = Float32Array.of(1, 2);
  await adaptFrom(model, { vector, learns: false }, rows, catalogueOf(2));
  expect([taken, model.vector]).toEqual([[], vector]);
  await adaptFrom(model, { vector, learns: true }, rows, catalogueOf(2));
  const third = Math.fround(1 / 3);
  expect(taken).toHaveLength(1);
  expect(taken[0].features).toEqual(Float32Array.of(61, -23));
  expect(taken[0].outcome).toEqual(Float32Array.of(0.4, 0, 1));
  expect(taken[0].weight).toEqual(Float32Array.of(third, 0, 1));
  expect(taken[0].mood[1]).toBeCloseTo(0.2);
});

test("of a piece that was rated again in a session the last word counts, where the first stood", () => {
  const track = (id: string, at: number, name: string, liking: number): Rated => {
    return { kind: "track", id, at, track: name, liking };
  };
  const mood: Rated = { kind: "mood", id: "m", at: 3, phase: "during", mood: [0, 0] };
  const sitting = [track("c", 4, "0", 5), mood, track("a", 1, "0", 1), track("b", 2, "1", 3)];
  expect(lastWords(sitting)).toEqual([track("a", 1, "0", 5), track("b", 2, "1", 3), mood]);
});

test("what was learned is said where the model adapts, and a feature tells tracks apart", async () => {
  const served = (answer: string, by: Evidence["served"]) => ({ answer, served: by });
  const adapting = [served("liking", "relation"), served("valence", "offset")];
  const model = {
    bundle: { ...bundle, manifest: { ...bundle.manifest, adapting } } as unknown as Bundle,
    vector: Float32Array.of(1),
    // This patient likes what is fast, more than others do, and is lifted by it.
    predictions: async (features: Float32Array, _mood: unknown, vector = Float32Array.of(1)) => {
      const tempo = features.filter((_, place) => place % 2 === 0);
      const own = tempo.map((value) => (vector[0] * (value - 60)) / 10);
      return { liking: own, valence: own, arousal: own };
    },
  };
  expect(await learnedOf(model, catalogueOf(9), [0, 0])).toEqual([
    { answer: "liking", feature: "tempo", difference: expect.closeTo(0.6) },
  ]);
  expect(await learnedOf(model, catalogueOf(5), [0, 0])).toEqual([]); // too few to compare
});
