/** Starts the model's thread. An error that it throws has its `name` here, but not its class. */

import { type Remote, wrap } from "comlink";
import type { ModelWorker } from "./worker.ts";

export type Model = Remote<ModelWorker>;

/** A thread with no model open. It loads ONNX Runtime, some 2 MB compressed, when one is opened. */
export function startModel(): { model: Model; end: () => void } {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return { model: wrap<ModelWorker>(worker), end: () => worker.terminate() };
}
