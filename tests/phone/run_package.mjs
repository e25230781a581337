// Gives the cases on stdin to phone/src/model and prints the playlists and vectors that come out.

import { stdin, stdout } from "node:process";
import { described, openBundle } from "../../phone/src/model/bundle.ts";
import { Package } from "../../phone/src/model/package.ts";

const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const floats = (base64) => new Float32Array(bytes(base64).buffer);

const chunks = [];
for await (const chunk of stdin) chunks.push(chunk);
const given = JSON.parse(Buffer.concat(chunks));
const bundle = bytes(given.bundle);

const playlists = [];
const opened = await Package.open(bundle, floats(given.vector));
for (const { values, tracks, allowed, recency, familiarity, request } of given.playlists) {
  const features = described(opened.bundle, floats(values), tracks);
  const candidates = { features, allowed, recency: floats(recency), familiarity: floats(familiarity) };
  playlists.push((await opened.playlist(candidates, request)).choices);
}
const vectors = [];
for (const { features, mood, outcome, weight } of given.ratings) {
  const rating = { features: floats(features), mood, outcome: floats(outcome), weight: floats(weight) };
  await opened.adapt(rating);
  vectors.push([...opened.vector]);
}
let broken = "";
try {
  openBundle(bundle.slice(0, -1));
} catch (problem) {
  broken = problem.name;
}
stdout.write(JSON.stringify({ playlists, vectors, broken }));
