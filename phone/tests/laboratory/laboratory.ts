/** A page without a screen, for tests in a real browser: `window.laboratory` is a model in its thread, and
 * `window.phone` what the phone keeps and how it is locked. */

import * as lock from "../../src/locking/lock.ts";
import * as passkey from "../../src/locking/passkey.ts";
import * as resealing from "../../src/locking/resealing.ts";
import { described, openBundle } from "../../src/model/bundle.ts";
import { type OpenModel, openModel } from "../../src/model/open.ts";
import type { Candidates, Rating, Request } from "../../src/model/package.ts";
import { startModel } from "../../src/model/thread.ts";
import * as device from "../../src/store/device.ts";
import * as ring from "../../src/store/ring.ts";
import { openStore } from "../../src/store/schema.ts";

const { thread } = startModel();
let model: OpenModel;

const laboratory = {
  async open(archive: Uint8Array<ArrayBuffer>, vector: Float32Array) {
    // Whole or not, the thread has to see it: what it refuses must arrive here by its name.
    await thread.open(0, archive);
    const bundle = openBundle(archive);
    model = await openModel(thread, archive, bundle, vector);
    return bundle.manifest;
  },
  described: (values: Float32Array, tracks: string[]) => described(model.bundle, values, tracks),
  playlist: (candidates: Candidates, request: Request) => model.playlist(candidates, request),
  async adapt(rating: Rating) {
    model.vector = await model.adapted(model.vector, [rating]);
    return model.vector;
  },
};

const phone = { openStore, ...ring, ...device, ...lock, ...passkey, ...resealing };
Object.assign(window, { laboratory, phone });
