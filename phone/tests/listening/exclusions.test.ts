import { expect, test } from "vitest";
import { allowedTracks } from "../../src/listening/exclusions.ts";
import type { Plan } from "../../src/listening/plan.ts";
import { catalogueOf, PLAN } from "./cases.ts";

const CATALOGUE = catalogueOf(3, {
  1: { tags: ["Rain", "piano"], values: [0.1, -20] },
  2: { tags: ["straße"], values: [90, -20] },
});
const EVERY = new Set(["0", "1", "2"]);

const allowed = (rules: Partial<Plan>) =>
  allowedTracks(CATALOGUE, { plan: { ...PLAN, ...rules }, judged: EVERY });

test.each<[string, Partial<Plan>, boolean[]]>([
  ["nothing", {}, [true, true, true]],
  ["what the server excludes", { excluded_track_ids: ["1"] }, [true, false, true]],
  ["tracks by name", { never_tracks: ["0"] }, [false, true, true]],
  ["a tag, without regard to case", { excluded_tags: ["rain"] }, [true, false, true]],
  ["a tag that is written otherwise", { excluded_tags: ["STRASSE"] }, [true, true, false]],
  ["all without a tag", { only_tags: ["PIANO", "none"] }, [false, true, false]],
  ["what lies above a range", { tempo_max: 80 }, [true, true, false]],
  ["what lies below a range, not on its end", { tempo_min: 62 }, [false, false, true]],
  ["what lies on no end, in the precision of models", { tempo_max: 0.1 }, [false, true, false]],
  ["by a feature under its other name", { loudness_max: -21 }, [true, false, false]],
  ["all, where the schema lacks the feature", { brightness_min: 0 }, [false, false, false]],
])("a plan excludes %s", (_, rules, expected) => {
  expect(allowed(rules)).toEqual(expected);
});

test("a track that the plan was not answered for is not allowed", () => {
  const known = allowedTracks(CATALOGUE, { plan: PLAN, judged: new Set(["0", "2", "gone"]) });
  expect(known).toEqual([true, false, true]);
});
