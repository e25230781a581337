/**
 * What the model's thread does for whoever asks it: models that are open, by a number that the asker gave
 * them. A vector comes with every call, so that a playlist is never made with one that is being adapted;
 * what tracks are like is sent once and held, for it is large.
 */

import type { Catalogue } from "../listening/catalogue.ts";
import { type Learned, learnedOf } from "../listening/learned.ts";
import {
  type Candidates,
  type Mood,
  Package,
  type Playlist,
  type Rating,
  type Request,
} from "./package.ts";
import type { Predictions } from "./predictions.ts";

/** Candidates whose features are held already. */
export type Listed = Omit<Candidates, "features">;

export interface ModelThread {
  /** Opens what was checked. Throws BadBundle. */
  open(id: number, archive: Uint8Array<ArrayBuffer>): Promise<void>;
  close(id: number): Promise<void>;
  /** Holds the features [N, width] that playlists are made from, in place of those before. */
  hold(id: number, features: Float32Array): Promise<void>;
  playlist(id: number, vector: Float32Array, listed: Listed, request: Request): Promise<Playlist>;
  /** The vector, once it knows the ratings. */
  adapt(id: number, vector: Float32Array, ratings: Rating[]): Promise<Float32Array>;
  predictions(
    id: number,
    vector: Float32Array,
    features: Float32Array,
    mood: Mood,
  ): Promise<Predictions>;
  learned(id: number, vector: Float32Array, catalogue: Catalogue, mood: Mood): Promise<Learned[]>;
}

/** One call is worked on at a time, in the order in which they came. */
export function modelThread(): ModelThread {
  const opened = new Map<number, Package>();
  const held = new Map<number, Float32Array>();
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = last.then(work);
    last = done.catch(() => {}); // whoever asked hears of it
    return done;
  }

  function using<Value>(
    id: number,
    vector: Float32Array,
    work: (model: Package) => Promise<Value>,
  ): Promise<Value> {
    return inTurn(async () => {
      const model = opened.get(id);
      if (model === undefined) throw new Error("This model is not open.");
      model.vector = vector;
      return work(model);
    });
  }

  return {
    open: (id, archive) =>
      inTurn(async () => {
        const model = await Package.open(archive, new Float32Array());
        opened.set(id, model);
      }),
    close: (id) =>
      inTurn(async () => {
        held.delete(id);
        const model = opened.get(id);
        opened.delete(id);
        await model?.end();
      }),
    async hold(id, features) {
      held.set(id, features); // at once: the call that it is for comes next
    },
    playlist(id, vector, listed, request) {
      const features = held.get(id) ?? new Float32Array();
      return using(id, vector, (model) => model.playlist({ ...listed, features }, request));
    },
    adapt: (id, vector, ratings) =>
      using(id, vector, async (model) => {
        for (const rating of ratings) await model.adapt(rating);
        return model.vector;
      }),
    predictions: (id, vector, features, mood) =>
      using(id, vector, (model) => model.predictions(features, mood)),
    learned: (id, vector, catalogue, mood) =>
      using(id, vector, (model) => learnedOf(model, catalogue, mood)),
  };
}
