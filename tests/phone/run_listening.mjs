// Gives the cases on stdin to phone/src/listening and prints what comes out. What is given names the
// calls: {call: [case, …]}, and so does what is printed.

import { stdin, stdout } from "node:process";
import { adaptFrom } from "../../phone/src/listening/adapting.ts";
import { valuesOf } from "../../phone/src/listening/catalogue.ts";
import { allowedTracks } from "../../phone/src/listening/exclusions.ts";
import { folded } from "../../phone/src/listening/folding.ts";
import { learnedOf } from "../../phone/src/listening/learned.ts";
import { logOf } from "../../phone/src/listening/log.ts";
import { occasions, outcomes } from "../../phone/src/listening/occasions.ts";
import { rowsOf } from "../../phone/src/listening/ratings.ts";
import { requestOf } from "../../phone/src/listening/request.ts";
import { beginWith, NothingToPlay, openSession } from "../../phone/src/listening/session.ts";
import { reasonsFor } from "../../phone/src/listening/words.ts";
import { described } from "../../phone/src/model/bundle.ts";
import { Package } from "../../phone/src/model/package.ts";

const chunks = [];
for await (const chunk of stdin) chunks.push(chunk);
const { bundle, ...calls } = JSON.parse(Buffer.concat(chunks));
const model =
  bundle && (await Package.open(new Uint8Array(Buffer.from(bundle, "base64")), new Float32Array()));

const everyTrack = ({ tracks }) => new Set(tracks.map(({ id }) => id));

async function session({ plan, catalogue, history, vector, mood, seed, at, made }) {
  const prescription = { plan, judged: everyTrack(catalogue) };
  const allowed = allowedTracks(catalogue, prescription);
  const bySight = allowedTracks(catalogue, {
    ...prescription,
    plan: { ...plan, excluded_track_ids: [] },
  });
  model.vector = Float32Array.from(vector);
  try {
    const opening = { prescription, catalogue, history, mood, seed, at };
    const opened = await openSession(model, opening);
    const [begun, logs] = [[], [logOf(opened, made)]];
    for (const row of opened.firsts) {
      const chosen = await beginWith(model, opened, row);
      begun.push(chosen.choices);
      logs.push(logOf(chosen, made));
    }
    return {
      allowed,
      bySight,
      ...opened,
      recency: [...opened.candidates.recency],
      familiarity: [...opened.candidates.familiarity],
      reasons: opened.choices.map((choice, place) => reasonsFor(choice, place === 0)),
      begun,
      logs,
    };
  } catch (problem) {
    if (problem instanceof NothingToPlay) return { allowed, bySight, nothing: problem.reason };
    throw problem;
  }
}

async function adapted({ vector, learns, sittings, catalogue }) {
  const rows = sittings.flatMap(rowsOf);
  await adaptFrom(model, { vector: Float32Array.from(vector), learns }, rows, catalogue);
  return { rows, vector: [...model.vector] };
}

async function predicted({ catalogue, vector, mood }) {
  model.vector = Float32Array.from(vector);
  const keys = catalogue.tracks.map(({ key }) => key);
  const features = described(model.bundle, valuesOf(catalogue.tracks), keys);
  const listed = ({ liking, valence, arousal }) => [[...liking], [...valence], [...arousal]];
  return {
    own: listed(await model.predictions(features, mood)),
    everybody: listed(await model.predictions(features, mood, new Float32Array(vector.length))),
    learned: await learnedOf(model, catalogue, mood),
  };
}

const doing = {
  adapted,
  predicted,
  session,
  curve: ({ length, ...plan }) =>
    requestOf({ ...plan, curve_weights: [] }, [0, 0], 0, { length }).curve,
  folded,
  occasions: ({ schedule, zone, start, end }) => occasions(schedule, zone, start, end),
  outcomes: ({ plan, kept, since, now }) => outcomes(plan, kept, since, now),
};
const found = {};
for (const [call, cases] of Object.entries(calls)) {
  found[call] = [];
  for (const given of cases) found[call].push(await doing[call](given));
}
stdout.write(JSON.stringify(found));
