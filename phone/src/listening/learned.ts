/**
 * What a model has learned of this patient, in features: which tracks it expects to suit them better
 * than people in general.
 *
 * A vector cannot be read as such; predictions can. For every track of the catalogue the model is asked
 * what this patient would say and, with a vector of which nothing was ever rated, what everybody would;
 * the difference is what was learned. It is compared between the third of the tracks that has most of
 * a feature and the third that has least. Of an answer for which the model abstains from using which
 * tracks were rated how, nothing is said.
 *
 * What it says is of this catalogue: where slow pieces are soft ones too, either may be the reason. It
 * is what the model expects, not what was shown to be so. The model knows nothing of the time of day.
 */

import { described } from "../model/bundle.ts";
import type { Mood, Package } from "../model/package.ts";
import type { Predictions } from "../model/predictions.ts";
import { type Catalogue, columnOf, valuesOf } from "./catalogue.ts";

/** What reading asks of the model. */
export type Predictor = Pick<Package, "bundle" | "vector" | "predictions">;

/** Tracks with more of `feature` raise the patient's `answer` by `difference` more than they raise
 * other people's, compared with tracks with less of it. The answers' scale is −1..1. */
export interface Learned {
  answer: keyof Predictions;
  feature: string;
  difference: number;
}

const LEAST = 0.1; // a twentieth of the scale, or a fifth of a step of liking; less is not worth a word
const FEWEST_TRACKS = 6; // two in a third

/** What was learned, the largest difference first. `mood`: in which the tracks would be heard. */
export async function learnedOf(
  model: Predictor,
  catalogue: Catalogue,
  mood: Mood,
): Promise<Learned[]> {
  const { tracks, schema } = catalogue;
  if (tracks.length < FEWEST_TRACKS) return [];
  const keys = tracks.map(({ key }) => key);
  const features = described(model.bundle, valuesOf(tracks), keys);
  const own = await model.predictions(features, mood);
  const everybody = new Float32Array(model.vector.length);
  const others = await model.predictions(features, mood, everybody);
  const { adapting } = model.bundle.manifest;
  const answers = (Object.keys(own) as (keyof Predictions)[]).filter((name) =>
    adapting.some(({ answer, served }) => answer === name && served === "relation"),
  );
  return schema.columns
    .flatMap(({ name }) =>
      answers.map((answer) => {
        const more = own[answer].map((value, row) => value - others[answer][row]);
        return { answer, feature: name, difference: contrast(columnOf(catalogue, name), more) };
      }),
    )
    .filter(({ difference }) => Math.abs(difference) >= LEAST)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
}

/** The mean of `values` in the third of the rows that is highest in a feature, less that in the lowest;
 * 0 where the feature does not tell the two apart. */
function contrast(feature: Float32Array | null, values: Float32Array): number {
  if (feature === null) return 0;
  const rows = Array.from(feature.keys()).sort((a, b) => feature[a] - feature[b]);
  const third = Math.floor(rows.length / 3);
  const [low, high] = [rows.slice(0, third), rows.slice(-third)];
  if (feature[low[third - 1]] >= feature[high[0]]) return 0;
  const mean = (some: number[]) => some.reduce((sum, row) => sum + values[row], 0) / third;
  return mean(high) - mean(low);
}
