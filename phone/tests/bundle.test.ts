import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { BadBundle, described, openBundle } from "../src/model/bundle.ts";
import type { Bytes } from "../src/signing/cbor.ts";

const MANIFEST = {
  schema: { columns: ["tempo", "loudness"] },
  items: { tracks: ["known", "other"], columns: 3 },
};
const ENTRIES = {
  "manifest.json": strToU8(JSON.stringify(MANIFEST)),
  "items.f32": new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer),
  "adapt.onnx": strToU8("adapt"),
  "playlist.onnx": strToU8("playlist"),
};

function archive(entries: Record<string, Uint8Array>): Bytes {
  return zipSync(entries) as Bytes;
}

test("tracks are described by their values and by what the base learned of them, if it did", () => {
  const bundle = openBundle(archive(ENTRIES));
  const features = described(bundle, Float32Array.of(10, 20, 30, 40), ["unknown", "other"]);
  expect([...features]).toEqual([10, 20, 0, 0, 0, 30, 40, 4, 5, 6]);
});

test.each(Object.keys(ENTRIES))("a bundle without its %s is refused by name", (name) => {
  const { [name]: _, ...rest } = ENTRIES as Record<string, Uint8Array>;
  expect(() => openBundle(archive(rest))).toThrow(new BadBundle(`The archive has no ${name}.`));
});

test("rows that do not fit the tracks are refused with both numbers", () => {
  const short = { ...ENTRIES, "items.f32": new Uint8Array(20) };
  expect(() => openBundle(archive(short))).toThrow("items.f32 has 5 numbers for 2 tracks.");
});

test("what is no archive is refused", () => {
  expect(() => openBundle(new Uint8Array(100))).toThrow(BadBundle);
});

test.each([
  ["a manifest of another syntax", { "manifest.json": strToU8("---") }],
  ["a manifest of another shape", { "manifest.json": strToU8('{"format": "attune-base-9"}') }],
  ["a manifest that is nothing", { "manifest.json": strToU8("null") }],
  ["half a number", { "items.f32": new Uint8Array(23) }],
])("%s is refused as what this app does not read", (_, entries) => {
  expect(() => openBundle(archive({ ...ENTRIES, ...entries }))).toThrow(BadBundle);
});
