/** A model that is open in the model's thread, as what src/listening asks of one. */

import type { Catalogue } from "../listening/catalogue.ts";
import type { Learned } from "../listening/learned.ts";
import type { Bytes } from "../signing/cbor.ts";
import type { Bundle } from "./bundle.ts";
import type { Candidates, Mood, Playlist, Rating, Request } from "./package.ts";
import type { Predictions } from "./predictions.ts";
import type { ModelThread } from "./serving.ts";

/** Made from the archive that `bundle` is the content of. */
export interface OpenModel {
  readonly bundle: Bundle;
  /** The patient's, as the next call uses it. */
  vector: Float32Array;
  playlist(candidates: Candidates, request: Request): Promise<Playlist>;
  predictions(features: Float32Array, mood: Mood, vector?: Float32Array): Promise<Predictions>;
  learned(catalogue: Catalogue, mood: Mood): Promise<Learned[]>;
  /** The vector that a start comes to once it knows the ratings; `vector` stays as it is. */
  adapted(start: Float32Array, ratings: Rating[]): Promise<Float32Array>;
  close(): Promise<void>;
}

let opened = 0; // of all that this page opened in a thread

/** Throws BadBundle. */
export async function openModel(
  thread: ModelThread,
  archive: Bytes,
  bundle: Bundle,
  vector: Float32Array,
): Promise<OpenModel> {
  const id = ++opened;
  await thread.open(id, archive);
  let held: Float32Array | undefined;
  const model: OpenModel = {
    bundle,
    vector,
    playlist({ features, ...listed }, request) {
      if (held !== features) {
        held = features;
        // Nobody waits for it: messages come in the order in which they were sent.
        thread.hold(id, features).catch(() => {});
      }
      return thread.playlist(id, model.vector, listed, request);
    },
    predictions(features, mood, vector = model.vector) {
      return thread.predictions(id, vector, features, mood);
    },
    learned(catalogue, mood) {
      return thread.learned(id, model.vector, catalogue, mood);
    },
    adapted: (start, ratings) => thread.adapt(id, start, ratings),
    close: () => thread.close(id),
  };
  return model;
}
