/** Running a graph with ONNX Runtime's WebAssembly build, on one thread. */

import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Bytes } from "../signing/cbor.ts";

// More threads need a page that is isolated from other sites; our graphs take milliseconds on one.
env.wasm.numThreads = 1;

/** Numbers, and how many there are along each side. */
export interface Input {
  data: Float32Array;
  shape: number[];
}

export type Outputs = Record<string, Float32Array | Int32Array>;
export type Graph = ((inputs: Record<string, Input>) => Promise<Outputs>) & {
  /** Gives back its memory; it cannot be run after. */
  end(): Promise<void>;
};

/** A graph that can be run as often as wanted; one run at a time. */
export async function graphOf(model: Bytes): Promise<Graph> {
  const session = await InferenceSession.create(model, { executionProviders: ["wasm"] });
  const run = async (inputs: Record<string, Input>) => {
    const fed = Object.entries(inputs).map(([name, { data, shape }]) => [
      name,
      new Tensor("float32", data, shape),
    ]);
    const found = await session.run(Object.fromEntries(fed));
    return Object.fromEntries(
      Object.entries(found).map(([name, tensor]) => [name, tensor.data as Float32Array]),
    );
  };
  return Object.assign(run, { end: () => session.release() });
}
