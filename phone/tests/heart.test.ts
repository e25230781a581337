import { expect, test } from "vitest";
import { beatsIn } from "../src/heart/sensor.ts";

const bytes = (...given: number[]) => new DataView(Uint8Array.from(given).buffer);

test.each([
  ["one byte", bytes(0b0000, 72), 72],
  ["two bytes, the lower first", bytes(0b0001, 44, 1), 300],
  ["on the skin", bytes(0b0110, 61), 61],
  ["off the skin", bytes(0b0100, 61), null],
  ["with energy and intervals behind", bytes(0b11000, 80, 1, 0, 2, 0), 80],
])("a measurement of %s", (_, value, beats) => {
  expect(beatsIn(value)).toBe(beats);
});
