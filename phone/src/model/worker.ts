/** The model in a thread of its own, so that no screen waits for it. */

import { expose } from "comlink";
import { modelThread } from "./serving.ts";

expose(modelThread());
