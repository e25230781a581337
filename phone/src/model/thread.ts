/** Starts the model's thread. An error that it throws has its `name` here, but not its class. */

import { wrap } from "comlink";
import type { ModelThread } from "./serving.ts";

/** A thread with no model open. It loads ONNX Runtime, some 2 MB compressed, when one is opened. */
export function startModel(): { thread: ModelThread; end: () => void } {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  // Whatever it answers is awaited there already, so the two are the same.
  const thread = wrap<ModelThread>(worker) as unknown as ModelThread;
  return { thread, end: () => worker.terminate() };
}
