/** Everything that is sealed comes back as it was. */

import { expect, test } from "vitest";
import { decode, encode } from "../../src/store/encoding.ts";

const DEEP = { plan: { version: 3, targets: [{ valence: -0.5, arousal: -0 }, []], note: null } };

test.each<[string, unknown]>([
  ["a report", { phase: "before", valence: 0.1 + 0.2, arousal: -1, plan: null, skipped: false }],
  ["a field that is undefined, and one that is not there", { a: undefined, b: [undefined, 1] }],
  ["nested", DEEP],
  ["−0, the least and the greatest", [-0, 0, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53 - 1]],
  ["text of all kinds", ["", "情绪 🎧 é", "\u0000\u2028", "\ud800", '"\\']],
  ["bytes", Uint8Array.of(0, 255, 7)],
  ["floats", Float32Array.of(0.5, -0, Number.NaN, Number.POSITIVE_INFINITY)],
  ["no bytes and no floats", [new Uint8Array(), new Float32Array()]],
  ["signed messages", { record: Uint8Array.of(1, 2, 3), statement: Uint8Array.of(9) }],
  ["a part of a larger array", Float32Array.of(1, 2, 3).subarray(1)],
  ["many, in their order", [Float32Array.of(1), Uint8Array.of(2), { last: Float32Array.of(3) }]],
  ["fields that look like our own", { $: "undefined", deep: { $: ["bytes", 4], other: -0 } }],
  ["a field that objects have", JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}')],
  ["nothing", null],
  ["nothing at all", undefined],
  ["one number", 4],
])("%s", (_, value) => {
  const back = decode(encode(value));
  expect(back).toStrictEqual(value);
});

test.each<[string, unknown]>([
  ["NaN", { valence: Number.NaN }],
  ["infinity", [Number.POSITIVE_INFINITY]],
  ["a date", new Date()],
  ["a map", { map: new Map() }],
  ["a function", () => 1],
  ["a large number", 1n],
  ["other arrays", Float64Array.of(1)],
])("%s would not come back, and is refused", (_, value) => {
  expect(() => encode(value)).toThrow(TypeError);
});

test("short things are of one length, whatever they say", () => {
  const yes = encode({ given: true, valence: 0.5 });
  const no = encode({ given: false, valence: 0.123456 });
  expect(yes.length).toBe(no.length);
});
