import { expect, test } from "vitest";
import { breathAt, fullness } from "../../src/playing/breathing.ts";
import { gainOf, within } from "../../src/playing/ceiling.ts";
import { courseFrom, fallFrom, levelAt, type Point, riseFrom } from "../../src/playing/fades.ts";

const COURSE = { fadeIn: 3, fadeOut: 5, duration: 60 };

/** Along straight lines, as the graph draws it. */
function drawn(points: Point[], after: number): number {
  const next = points.findIndex((point) => point.after > after);
  if (next === -1) return points[points.length - 1].level;
  const [from, to] = [points[next - 1], points[next]];
  return from.level + ((to.level - from.level) * (after - from.after)) / (to.after - from.after);
}

test("a track rises, holds and falls with equal power", () => {
  expect([0, 1.5, 3, 30, 55, 57.5, 60].map((at) => levelAt(at, COURSE))).toEqual(
    [0, Math.SQRT1_2, 1, 1, 1, Math.SQRT1_2, 0].map((level) => expect.closeTo(level, 9)),
  );
});

test("what is drawn ahead is the level at every place, from wherever it goes on", () => {
  for (const from of [0, 1, 3, 20, 56, 59.5]) {
    const points = courseFrom(from, COURSE);
    expect(points[0].after).toBe(0);
    for (let place = from; place < 60; place += 0.037) {
      expect(drawn(points, place - from)).toBeCloseTo(levelAt(place, COURSE), 2);
    }
  }
});

test("a track without a length only rises", () => {
  const points = courseFrom(0, { ...COURSE, duration: Infinity });
  expect(points.at(-1)).toEqual({ after: 3, level: 1 });
});

test("a track that is shorter than its fades never jumps", () => {
  const short = { fadeIn: 3, fadeOut: 20, duration: 4 };
  const levels = courseFrom(0, short).map(({ level }) => level);
  expect([levels[0], levels.at(-1)]).toEqual([0, 0]);
  expect(Math.max(...levels)).toBeLessThan(0.5);
});

test.each([
  { fadeIn: 2, fadeOut: 2 },
  { fadeIn: 3, fadeOut: 5 },
  { fadeIn: 60, fadeOut: 2 },
])("two tracks are together no louder than one: in $fadeIn s, out $fadeOut s", (fades) => {
  const overlap = 2;
  for (const late of [0, 0.4, 1.9]) {
    for (let at = 0; at <= overlap - late; at += 0.01) {
      const going = levelAt(60 - overlap + late + at, { ...fades, duration: 60 });
      const coming = levelAt(at, { ...fades, duration: 60 });
      expect(going ** 2 + coming ** 2).toBeLessThanOrEqual(1 + 1e-9);
    }
  }
});

test("fades of pauses and of the end begin where the level is", () => {
  expect(fallFrom(0.5, 2)[0]).toEqual({ after: 0, level: 0.5 });
  expect(fallFrom(0.5, 2).at(-1)).toEqual({ after: 2, level: 0 });
  expect(riseFrom(0.5, 2)[0]).toEqual({ after: 0, level: 0.5 });
  expect(riseFrom(0.5, 2).at(-1)).toEqual({ after: 2, level: 1 });
});

test("a ceiling is what a phone would be at that part of its range", () => {
  const decibels = [1, 20, 40, 60, 80, 100].map((percent) => 20 * Math.log10(gainOf(percent)));
  expect(decibels).toEqual(
    [-58, -40, -28.5, -17, -8.5, 0].map((level) => expect.closeTo(level, 9)),
  );
  expect(gainOf(0)).toBe(0);
  expect(gainOf(0.5)).toBe(gainOf(1));
  expect(gainOf(150)).toBe(1);
});

test("a ceiling is never above a straight line, and rises with every per cent", () => {
  for (let percent = 1; percent <= 100; percent++) {
    expect(gainOf(percent)).toBeLessThanOrEqual(percent / 100 + 1e-12);
    expect(gainOf(percent)).toBeGreaterThan(gainOf(percent - 1));
  }
});

test("no volume is above the ceiling", () => {
  expect([within(null, 120), within(60, 100), within(60, 30), within(60, -5)]).toEqual([
    100, 60, 30, 0,
  ]);
});

test("at six breaths a minute, four seconds in and six out", () => {
  const at = (seconds: number) => breathAt(6, seconds);
  expect(at(0)).toEqual({ phase: "in", fraction: 0, count: 1, of: 4 });
  expect(at(2)).toMatchObject({ phase: "in", fraction: 0.5, count: 3 });
  expect(at(3.99)).toMatchObject({ phase: "in", count: 4, of: 4 });
  expect(at(4)).toEqual({ phase: "out", fraction: 0, count: 1, of: 6 });
  expect(at(9.99)).toMatchObject({ phase: "out", count: 6, of: 6 });
  expect(at(10)).toMatchObject({ phase: "in", count: 1 });
  expect(at(3601)).toMatchObject({ phase: "in", fraction: 0.25 });
});

test.each([3, 6, 20])("at %s breaths a minute the lungs fill and empty without a jump", (rate) => {
  const period = 60 / rate;
  let before = 0;
  for (let at = 0; at < 3 * period; at += period / 500) {
    const breath = breathAt(rate, at);
    expect(breath.count).toBeLessThanOrEqual(breath.of);
    expect(Math.abs(fullness(breath) - before)).toBeLessThan(0.01);
    before = fullness(breath);
  }
  expect(fullness(breathAt(rate, period * 0.4))).toBeCloseTo(1, 6);
});
