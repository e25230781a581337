/**
 * What a phone does with its model: adapt it and make a playlist, from what was delivered alone. The
 * same as exports/phone.py, which the tests hold it against.
 */

import { type Bundle, openBundle, widthOf } from "./bundle.ts";
import { type Graph, graphOf, type Outputs } from "./graphs.ts";
import { begunWith, gumbel } from "./noise.ts";
import { type Predictions, predictionsBy } from "./predictions.ts";

/** Valence and arousal, each −1..1. */
export type Mood = readonly [number, number];

/** The tracks to choose from, N of them; `features` [N, width] as `described` makes them. */
export interface Candidates {
  features: Float32Array;
  allowed: boolean[];
  recency: Float32Array;
  familiarity: Float32Array;
}

/** What the playlist is for. `curve` has one number a track; `guards` go by their names. */
export interface Request {
  mood: Mood;
  target: Mood;
  curve: number[];
  guards: Record<string, number>;
  seed: number;
  /** Which of the candidates it begins with, if that is not left to the draw. */
  first?: number;
}

/** One track of a playlist. */
export interface Choice {
  /** Which of the candidates. */
  row: number;
  waypoint: Mood;
  predicted: Mood;
  deviation: Mood;
  logProbability: number;
  /** What spoke for it and against it, by name. */
  terms: Record<string, number>;
  /** Expected, 1..5; null where the base does not weigh it. */
  liking: number | null;
}

export interface Playlist {
  choices: Choice[];
  /** Utility of every candidate [N] as the first track, −10..10; −10,000 where it is not allowed. */
  scores: Float32Array;
}

/** One rated track: outcome and weight [3] in the order of the manifest's `outcomes`. */
export interface Rating {
  features: Float32Array;
  mood: Mood;
  outcome: Float32Array;
  weight: Float32Array;
}

/** A base with a patient's vector, opened. */
export class Package {
  /** The patient's, [D]. */
  vector: Float32Array;
  readonly bundle: Bundle;
  private readonly graphs: { adapt: Graph; playlist: Graph };

  private constructor(bundle: Bundle, graphs: Package["graphs"], vector: Float32Array) {
    this.bundle = bundle;
    this.graphs = graphs;
    this.vector = vector;
  }

  /** Throws BadBundle for an archive that is none. That both belong together was checked before. */
  static async open(archive: Uint8Array<ArrayBuffer>, vector: Float32Array): Promise<Package> {
    const bundle = openBundle(archive);
    const [adapt, playlist] = [await graphOf(bundle.adapt), await graphOf(bundle.playlist)];
    return new Package(bundle, { adapt, playlist }, vector);
  }

  /** Gives back its memory; it cannot be used after. */
  async end(): Promise<void> {
    await this.graphs.adapt.end();
    await this.graphs.playlist.end();
  }

  /** Take in one rated track: from here on the vector knows it. */
  async adapt({ features, mood, outcome, weight }: Rating): Promise<void> {
    const outputs = await this.graphs.adapt({
      vector: line(this.vector),
      features: line(features),
      mood: line(mood),
      outcome: line(outcome),
      weight: line(weight),
    });
    this.vector = Float32Array.from(outputs.adapted);
  }

  /** The playlist for a request, as long as its curve; shorter when too few tracks are allowed. */
  async playlist(candidates: Candidates, request: Request): Promise<Playlist> {
    const outputs = await this.graphs.playlist(this.inputs(candidates, request));
    const choices = request.curve
      .map((_, step) => step)
      .filter((step) => outputs.order[step] >= 0)
      .map((step) => this.choice(outputs, step));
    return { choices, scores: Float32Array.from(outputs.scores) };
  }

  /** What the patient would say of tracks [N, width] that are heard in a mood; with a `vector` of
   * zeros, of which nothing was ever rated, what everybody would. */
  async predictions(
    features: Float32Array,
    mood: Mood,
    vector: Float32Array = this.vector,
  ): Promise<Predictions> {
    const { guards, weights, most_tracks } = this.bundle.manifest.playlist;
    const tracks = features.length / widthOf(this.bundle);
    const none = line(new Float32Array(tracks));
    return predictionsBy(async (target, liking) => {
      const outputs = await this.graphs.playlist({
        features: { data: features, shape: [tracks, widthOf(this.bundle)] },
        allowed: line(new Float32Array(tracks).fill(1)),
        recency: none,
        familiarity: none,
        vector: line(vector),
        mood: line(mood),
        target: line(target),
        curve: line(new Float32Array(most_tracks)),
        guards: line(new Float32Array(guards.length)),
        weights: line(weights.map(({ name }) => (name === "liking" ? liking : 0))),
        noise: { data: new Float32Array(most_tracks * tracks), shape: [most_tracks, tracks] },
      });
      return Float32Array.from(outputs.scores);
    });
  }

  private inputs({ features, allowed, recency, familiarity }: Candidates, request: Request) {
    const { most_tracks, guards, weights } = this.bundle.manifest.playlist;
    const tracks = allowed.length;
    const noise = gumbel(request.seed, most_tracks, tracks);
    if (request.first !== undefined) begunWith(request.first, noise, tracks);
    return {
      features: { data: features, shape: [tracks, features.length / tracks] },
      allowed: line(allowed.map(Number)),
      recency: line(recency),
      familiarity: line(familiarity),
      vector: line(this.vector),
      mood: line(request.mood),
      target: line(request.target),
      curve: line([...request.curve, ...Array(most_tracks - request.curve.length).fill(0)]),
      guards: line(guards.map((name) => request.guards[name])),
      weights: line(weights.map(({ value }) => value)),
      noise: { data: noise, shape: [most_tracks, tracks] },
    };
  }

  private choice(outputs: Outputs, step: number): Choice {
    const names = this.bundle.manifest.playlist.terms;
    const pair = (name: string): Mood => [outputs[name][2 * step], outputs[name][2 * step + 1]];
    const terms = Object.fromEntries(
      names.map((name, place) => [name, outputs.terms[step * names.length + place]]),
    );
    return {
      row: outputs.order[step],
      waypoint: pair("waypoints"),
      predicted: pair("path"),
      deviation: pair("deviation"),
      logProbability: outputs.log_probability[step],
      terms,
      liking: this.liking(terms.liking),
    };
  }

  /** The liking 1..5 behind a weighed term on the scale −1..1. */
  private liking(term: number): number | null {
    const weight =
      this.bundle.manifest.playlist.weights.find(({ name }) => name === "liking")?.value ?? 0;
    return weight > 0 ? Math.min(Math.max(3 + (2 * term) / weight, 1), 5) : null;
  }
}

function line(numbers: ArrayLike<number>): { data: Float32Array; shape: number[] } {
  return { data: Float32Array.from(numbers), shape: [numbers.length] };
}
