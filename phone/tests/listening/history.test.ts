import { expect, test } from "vitest";
import { familiarityOf, type History, recencyOf } from "../../src/listening/history.ts";
import { NOW } from "./cases.ts";

const DAY = 86_400_000;

test("a track was heard when it was last in a playlist or rated, in whatever order that is kept", () => {
  const history: History = {
    playlists: [
      { tracks: ["a", "b"], madeAt: NOW - 3 * DAY },
      { tracks: ["a"], madeAt: NOW - 30 * DAY },
    ],
    ratings: [
      { track: "b", familiarity: null, ratedAt: NOW - 6 * DAY },
      { track: "c", familiarity: null, ratedAt: NOW - 6 * DAY },
      { track: "d", familiarity: null, ratedAt: NOW + DAY }, // by a clock that was set since
    ],
  };
  const found = [...recencyOf(history, ["a", "b", "c", "d", "never"], NOW)];
  const expected = [Math.exp(-1), Math.exp(-1), Math.exp(-2), 1, 0];
  expect(found).toEqual(expected.map((value) => expect.closeTo(value, 6)));
});

test("a track is as familiar as the patient said last, if they were asked", () => {
  const rated = (track: string, familiarity: number | null, days: number) => {
    return { track, familiarity, ratedAt: NOW - days * DAY };
  };
  const ratings = [rated("a", 5, 1), rated("a", 2, 2), rated("a", null, 0), rated("b", null, 1)];
  const found = familiarityOf({ playlists: [], ratings }, ["a", "b", "never", "a"]);
  expect([...found]).toEqual([1, 0, 0, 1]);
});
