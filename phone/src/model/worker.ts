/** The model in a thread of its own, so that no screen waits for it: one patient's at a time. */

import { expose } from "comlink";
import { described, type Manifest } from "./bundle.ts";
import { type Candidates, Package, type Playlist, type Rating, type Request } from "./package.ts";

let opened: Package | undefined;

function inUse(): Package {
  if (opened === undefined) throw new Error("No model is opened yet.");
  return opened;
}

const model = {
  /** Opens what was checked, in place of what was open; gives its manifest. Throws BadBundle, and
   * then what was open stays. */
  async open(archive: Uint8Array<ArrayBuffer>, vector: Float32Array): Promise<Manifest> {
    opened = await Package.open(archive, vector);
    return opened.bundle.manifest;
  },

  /** As `described` of bundle.ts, of the base that is open. */
  described(values: Float32Array, tracks: string[]): Float32Array {
    return described(inUse().bundle, values, tracks);
  },

  /** Takes in one rated track; gives the vector that knows it. */
  async adapt(rating: Rating): Promise<Float32Array> {
    await inUse().adapt(rating);
    return inUse().vector;
  },

  async playlist(candidates: Candidates, request: Request): Promise<Playlist> {
    return inUse().playlist(candidates, request);
  },
};

export type ModelWorker = typeof model;

expose(model);
