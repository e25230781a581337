/** Known answers of Philox4x32-10: `kat_vectors` of Random123, the authors' own library. */

import { expect, test } from "vitest";
import { begunWith, gumbel, philox, type Words } from "../src/model/noise.ts";

test.each([
  ["00000000 00000000 00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
])("the authors' own answer for %s", (given, answer) => {
  const words = given.split(" ").map((word) => Number.parseInt(word, 16));
  const made = philox(words.slice(0, 4) as Words, words.slice(4) as [number, number]);
  expect(made.map((word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(answer);
});

test("draws come row by row, and both halves of the seed count", () => {
  expect(gumbel(7, 2, 5)).toEqual(gumbel(7, 8, 5).slice(0, 10));
  expect(gumbel(7, 1, 5)).not.toEqual(gumbel(7 + 2 ** 32, 1, 5));
});

test("a list that begins with a track has it in front by as much as the graph takes, and no step more", () => {
  const noise = gumbel(7, 2, 3);
  begunWith(1, noise, 3);
  expect([...noise]).toEqual([-20, 20, -20, ...gumbel(7, 2, 3).slice(3)]);
});
